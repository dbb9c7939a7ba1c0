"""Any helpdesk that takes signed webhooks: https://www.standardwebhooks.com."""
