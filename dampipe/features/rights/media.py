"""Media: plain terms by which licences say how something may be used, in a tree.

A licence for a medium covers what is below it: one for `online` covers `social`, one for `social` does not cover
`online`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dampipe.features.rights.errors import MEDIUM_UNKNOWN, POLICY_INVALID
from dampipe.kernel.errors import InvalidInput

MEDIA: Mapping[str, str] = {
    "broadcast": "",
    "tv": "broadcast",
    "radio": "broadcast",
    "online": "",
    "web": "online",
    "social": "online",
    "streaming": "online",
    "podcast": "online",
    "print": "",
    "book": "print",
    "periodical": "print",
    "poster": "print",
    "cinema": "",
    "event": "",
    "education": "",
    "internal": "",
}
"""The media that exist without a policy, each with the medium above it; "": none."""
MOST = 500
_NAME = re.compile(r"[a-z][\w .&-]{0,63}")


@dataclass(frozen=True)
class Media:
    """The media that a policy knows."""

    added: Mapping[str, str] = field(default_factory=dict)
    """Media of the policy, each with the medium above it."""

    def __post_init__(self) -> None:
        """Raise InvalidInput for invalid names, unknown parents and circles."""
        if len(self.added) > MOST:
            raise InvalidInput(POLICY_INVALID, reason=f"there are more than {MOST} media")
        for name, above in self.added.items():
            if not _NAME.fullmatch(name):
                raise InvalidInput(POLICY_INVALID, reason=f"{name!r} is not a name for a medium")
            if above and above not in self.all:
                raise InvalidInput(POLICY_INVALID, reason=f"{name} lies below {above}, which is not a medium")
        for name in self.all:
            if name in list(self._above(name))[1:]:
                raise InvalidInput(POLICY_INVALID, reason=f"the medium {name} lies below itself")

    @property
    def all(self) -> dict[str, str]:
        """All media, each with the medium above it."""
        return {**MEDIA, **self.added}

    def term(self, text: str) -> str:
        """The term that a text means. Raises InvalidInput.

        >>> Media().term(" Online ")
        'online'
        """
        found = text.strip().lower()
        if found not in self.all:
            raise InvalidInput(MEDIUM_UNKNOWN, term=text.strip(), media=", ".join(self.all))
        return found

    def covers(self, asked: str, allowed: Iterable[str], excluded: Iterable[str] = ()) -> bool:
        """Whether a licence covers a medium. allowed: its terms; none: all media.

        >>> Media().covers("social", ["online"]), Media().covers("online", ["social"])
        (True, False)
        >>> Media().covers("online", [], ["social"]), Media().covers("web", [], ["social"]), Media().covers("web", [])
        (False, True, True)
        """
        terms, barred = set(allowed), set(excluded)
        if any(term not in self.all for term in barred):
            return False
        upwards = set(self._above(asked))
        # A medium of which a part is excluded is not covered as a whole.
        is_barred = bool(upwards & barred) or any(asked in self._above(term) for term in barred)
        return (not terms or bool(upwards & terms)) and not is_barred

    def _above(self, name: str) -> Iterator[str]:
        """A medium and those above it; of a circle each once, and the first one again."""
        seen: set[str] = set()
        while name:
            yield name
            if name in seen:
                return
            seen.add(name)
            name = self.all.get(name, "")
