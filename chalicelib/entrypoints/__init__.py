"""AWS events in: HTTP, queues and schedules, each translated into one call of the pipeline."""
