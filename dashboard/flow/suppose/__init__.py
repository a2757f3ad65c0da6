"""Before a change: what the subscriptions make of one event, and who gains or loses when a field or a rule changes."""
