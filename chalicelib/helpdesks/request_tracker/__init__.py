"""Request Tracker 5, by its REST API (version 2) and a Scrip that posts signed webhooks."""
