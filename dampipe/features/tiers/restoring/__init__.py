"""Restoring: files that a storage has archived are asked back, and whoever waits for them is told."""
