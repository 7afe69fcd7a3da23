"""Broken and odd files: made by a seeded mutator over the matrix of samples, the same for tests and benches."""
