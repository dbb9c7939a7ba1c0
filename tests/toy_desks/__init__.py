"""Toy helpdesks, which no deployment ever sees."""
