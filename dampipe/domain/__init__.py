"""Values and rules: what dampipe talks about, whatever stores, decodes or carries it."""
