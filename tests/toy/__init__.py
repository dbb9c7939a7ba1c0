"""Integrations that exist to prove that one is a folder; see docs/adding-a-channel.md and docs/adding-a-helpdesk.md."""
