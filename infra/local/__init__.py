"""The local run: the whole system on 127.0.0.1, with a real helpdesk and a simulated Meta."""
