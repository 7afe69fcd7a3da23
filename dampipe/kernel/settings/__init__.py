"""Settings: their definition, sources and checks."""
