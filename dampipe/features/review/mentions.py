"""Which users a text mentions."""

import re
from collections.abc import Collection

_AT = re.compile(r"(?<![\w.+-])@([\w.@+-]{1,100})")
"""A mention is not a part of a mail address, `name@host`."""


def mentioned(text: str, names: Collection[str]) -> tuple[str, ...]:
    """The users of those names that a text mentions as `@name`, in the order of the text.

    >>> mentioned("@anna, see @Bert. And mail to c@anna", {"anna", "bert"})
    ('anna', 'bert')
    """
    found = []
    for word in _AT.findall(text):
        name = word.lower()
        while name and name not in names:
            shorter = name.rstrip(".@+-")
            name = shorter if shorter != name else ""
        if name:
            found.append(name)
    return tuple(dict.fromkeys(found))
