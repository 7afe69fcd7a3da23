"""Excerpts: a part of a file, copied without decoding it."""
