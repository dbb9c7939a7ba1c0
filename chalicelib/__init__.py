"""Everything that is shipped to Lambda beside app.py."""
