"""WhatsApp: conversations with a number of the Cloud API."""
