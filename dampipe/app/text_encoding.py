"""Where the texts of queries are encoded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextEncoding:
    """Where this process has the texts of queries encoded."""

    asks_server: bool
    """By the web server of this machine, where one runs, and not by a model of its own."""
