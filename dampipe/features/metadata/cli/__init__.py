"""The commands of metadata."""
