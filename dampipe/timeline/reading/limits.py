"""How much of a timeline is read, and why one is not."""

MAX_BYTES = 64 << 20
MAX_CLIPS = 50_000
MAX_NODES = 3_000_000
"""Elements of XML, or values of JSON."""
MAX_DEPTH = 200
"""Nested elements or compositions."""
MAX_TEXT = 4096
"""Characters of a name or a path; longer ones are cut, and match nothing."""


class Unreadable(Exception):
    """It is not a timeline of the format; the message says why, in a few words."""


def text_of(data: bytes) -> str:
    """The text of a file, by its byte order mark, else as UTF-8 or Latin-1. Raises Unreadable for binary data."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    if "\0" in text:
        raise Unreadable("it is not text")
    return text
