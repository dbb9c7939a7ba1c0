"""What the helpdesks' adapters share."""
