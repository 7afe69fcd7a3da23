"""Metadata as CSV, as people edit them in spreadsheets: an export and the import of what became of it."""
