"""The table: keys, rows and what is read and written at once."""
