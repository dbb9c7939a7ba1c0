"""Freshdesk: tickets and notes over its API v2, agents' replies told by an automation and read there."""
