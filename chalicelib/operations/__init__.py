"""What an operator can ask for."""
