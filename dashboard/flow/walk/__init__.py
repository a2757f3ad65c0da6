"""From a bus to the last hop: each step, its filter, its state and what stands in its way."""
