"""The simulated Meta: a Graph API, webhooks, and the phones of the customers, on 127.0.0.1."""
