"""Settings, addresses and entry points: names of things, no logic."""
