"""django-helpdesk: tickets over its REST API, agents' replies over Standard Webhooks."""
