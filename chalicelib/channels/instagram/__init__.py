"""Instagram: conversations with a professional account."""
