"""What the helpdesks' adapters share: an agent's page as text, an agent's mail without its history."""
