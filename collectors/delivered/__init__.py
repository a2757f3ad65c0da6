"""Reading the logs of event buses: what became of each event, by type and by target. Collected by collectors/bus_logs.py."""
