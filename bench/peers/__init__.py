"""The same load and the same cases for Scripta and for what others use: `make bench-peers`."""
