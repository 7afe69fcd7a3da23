"""dampipe turns a folder of footage into a library that answers with the moment."""

__version__ = "0.1.0"
