"""Everything that turns pictures and words into vectors."""
