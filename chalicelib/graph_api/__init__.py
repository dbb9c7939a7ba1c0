"""What Meta's channels share: signature, handshake, client, error codes."""
