"""The words that agents read, one catalogue a language."""
