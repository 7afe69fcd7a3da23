"""What runs next, exactly once."""
