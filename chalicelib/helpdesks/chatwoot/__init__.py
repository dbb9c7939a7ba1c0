"""Chatwoot, through an API inbox."""
