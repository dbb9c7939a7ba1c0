"""The messaging platforms, one folder each; found by name in registry.py."""
