"""What Scripta costs, measured against floors in the same run: `make bench`."""
