"""Who consumes and who produces an event, and how it does: the answers about event types."""
