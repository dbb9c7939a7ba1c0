"""The helpdesks, one folder each; found by name in registry.py."""
