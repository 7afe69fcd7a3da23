"""The port to footage, and its implementations: one file for each kind of storage."""
