"""The version of dampipe; the packaging reads it here."""

__version__ = "0.1.0"
