"""Which search documents are dirty: marked by the owners of the words, rebuilt by the full-text index."""
