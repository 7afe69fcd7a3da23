"""The guarantee: a file may go only while enough other copies of its content are there and were verified. No I/O.

It is checked twice under locks (`lock_copies`): in the transaction that marks a location as leaving, and again, after
its time of grace, in the one after which the file is deleted. Since a leaving copy counts as none from the first
moment, deletions of several copies of one content cannot rely on each other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from dampipe.features.sources.cards import card_of
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.tiers import reasons
from dampipe.features.tiers.known_copies import KnownCopy, find_copy
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.paths import printable, split_path

DAY = 86_400.0


@dataclass(frozen=True)
class Guarantee:
    """What has to be there besides a file that is deleted."""

    copies: int
    """Verified copies, each in another source; at least 1."""
    seconds: float
    """Since such a copy was read back."""
    readable: bool = True
    """Whether one of them has to be readable at once."""


@dataclass(frozen=True)
class Refusal:
    """Why a file may not go."""

    code: ErrorCode
    parameters: dict[str, Any] = field(default_factory=dict)
    passes: bool = False
    """Whether it is worth another try soon."""

    @property
    def text(self) -> str:
        """For people."""
        return self.code.text.format(**self.parameters)


def proofs(copies: Sequence[KnownCopy], location: int, guarantee: Guarantee, now: float) -> list[KnownCopy]:
    """The other copies that count by what the catalogue knows: present, and verified recently enough.

    An archived copy cannot be read again: it counts if it was verified before, as long as its storage shows the same
    size and token, which the worker that looks for it compares. now: by the database's clock.
    """
    return [
        one
        for one in copies
        if one.location != location
        and one.is_there
        and one.verified_at is not None
        and (one.verified_at >= now - guarantee.seconds or one.is_archived)
    ]


def refusal(
    copies: Sequence[KnownCopy],
    location: int,
    before: LocationState,
    guarantee: Guarantee,
    now: float,
    seen: Collection[int],
) -> Refusal | None:
    """Why the file at a location may not be deleted; None: it may.

    copies: all locations of its version. before: the state in which its location has to be. now: by the database's
    clock. seen: locations whose files a worker has just seen in their storages, unchanged; those of offline media
    cannot be seen, and count by their verification alone. Two files in one source count once: one disk, one fault.
    """
    mine = find_copy(copies, location)
    if mine is None or mine.state is not before:
        return Refusal(reasons.CHANGED)
    if not mine.is_managed:
        return Refusal(reasons.NOT_MANAGED)
    card = card_of(split_path(mine.path)[0])
    if card is not None:
        return Refusal(reasons.IN_A_CARD, {"card": printable(card.root)})
    counted = [
        one
        for one in proofs(copies, location, guarantee, now)
        if one.location in seen or one.tier is Tier.OFFLINE
    ]
    found = len({one.source for one in counted})
    wanted = max(1, guarantee.copies)
    if found < wanted:
        days = guarantee.seconds / DAY
        return Refusal(reasons.TOO_FEW_COPIES, {"found": found, "copies": wanted, "days": days})
    if guarantee.readable and not any(one.is_readable for one in counted):
        return Refusal(reasons.NO_READABLE_COPY)
    if mine.is_read:
        return Refusal(reasons.BEING_READ, passes=True)
    return None
