"""Blob stores: the port, its backends, and derivatives as blobs."""
