"""A porter's lodge."""
