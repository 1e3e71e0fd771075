"""The outside world: network, processes, database, channels, engines."""
