"""Vector indexes: the port and its backends."""
