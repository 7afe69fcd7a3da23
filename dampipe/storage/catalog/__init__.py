"""The SQL catalogue: see catalog.py."""
