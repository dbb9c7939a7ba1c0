"""Zendesk: tickets over its Tickets API, agents' replies over its event webhooks."""
