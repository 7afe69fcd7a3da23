"""A key by which commands of this machine's user are known to its web server, so that they need no login.

It is in a file of the home folder that only the user can read, and opens nothing but the encoding of texts.
"""

import secrets
from pathlib import Path

from dampipe.kernel.private_files import open_private

NAME = "server.key"


def make_local_key(home: Path) -> str:
    """Write a new key, and return it. Raises OSError."""
    key = secrets.token_urlsafe(32)
    with open_private(home / NAME) as file:
        file.write(key)
    return key


def read_local_key(home: Path) -> str:
    """The key of the server that was started last; "" if there is none."""
    try:
        return (home / NAME).read_text().strip()
    except OSError:
        return ""
