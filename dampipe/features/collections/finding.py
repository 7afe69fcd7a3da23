"""Finds the collection that a name means, among those that an actor sees."""

from sqlalchemy import Connection

from dampipe.features.collections.errors import AMBIGUOUS, NOT_FOUND
from dampipe.features.collections.rights import Held, RightsReader
from dampipe.kernel.access import Actor
from dampipe.kernel.errors import InvalidInput, NotFound

MOST_CANDIDATES = 5
LARGEST = (1 << 31) - 1
"""The highest number of a row."""


def find(connection: Connection, actor: Actor, name: str | int) -> Held:
    """A collection by its number, its path such as `Film/Selects`, or its name, if only one has it.

    Raises NotFound, which is the same for what the actor does not see, and InvalidInput (AMBIGUOUS).
    """
    reader = RightsReader(connection, actor)
    text = str(name).strip()
    if text.isascii() and text.isdigit() and int(text) <= LARGEST:
        held = reader.of(int(text))
        if held is not None:
            return held
    if isinstance(name, int):
        raise NotFound(NOT_FOUND, name=text)
    parts = tuple(part.strip() for part in text.split("/"))
    everything = reader.all()
    found = [held for held in everything if held.names == parts]
    if not found and len(parts) == 1:
        found = [held for held in everything if held.row.name == parts[0]]
    if not found:
        raise NotFound(NOT_FOUND, name=text[:200])
    if len(found) > 1:
        shown = [f"{held.row.id} ({'/'.join(held.names)})" for held in found[:MOST_CANDIDATES]]
        more = ["…"] if len(found) > MOST_CANDIDATES else []
        raise InvalidInput(AMBIGUOUS, name=text[:200], candidates=", ".join([*shown, *more]))
    return found[0]
