"""The way of a message in four verbs: receive, ingest, forward, deliver."""
