"""Messenger: conversations with a Facebook Page."""
