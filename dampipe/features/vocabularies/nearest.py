"""Terms whose names are much like a text that names none: what a person may have meant who mistyped one."""

import difflib
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select

from dampipe.features.vocabularies.model import PATH_SEPARATOR, TermState, Vocabulary, fold
from dampipe.features.vocabularies.tables import TERM, TERM_LABEL
from dampipe.kernel.storable import is_storable

MOST = 3
"""Names that are suggested."""
COMPARED = 20_000
"""Names of a length that comes into question which are compared with the text; comparing more would be felt."""
ALIKE = 0.7
"""How much alike a name has to be, from 0 to 1, as difflib measures it."""


def nearest_names(
    connection: Connection, vocabulary: Vocabulary, text: str, hidden: Collection[int] = ()
) -> list[str]:
    """Labels and keys of terms that may be used which are most like a text, or like the last part of a path.

    hidden: terms that are not named.
    """
    wanted = fold(text.rpartition(PATH_SEPARATOR)[2].strip())
    if not wanted or not is_storable(wanted):
        return []
    # No name outside of these lengths is alike enough.
    least, most = len(wanted) * ALIKE / (2 - ALIKE), len(wanted) * (2 - ALIKE) / ALIKE
    mine = (
        TERM.c.vocabulary_id == vocabulary.id,
        TERM.c.state.in_([TermState.ACTIVE, TermState.PROPOSED]),
        TERM.c.merged_into_id.is_(None),
    )
    labels = select(TERM_LABEL.c.folded, TERM_LABEL.c.text, TERM.c.id).join(
        TERM, TERM.c.id == TERM_LABEL.c.term_id
    )
    labels = labels.where(*mine, func.length(TERM_LABEL.c.folded).between(least, most))
    keys = select(TERM.c.key, TERM.c.key, TERM.c.id).where(
        *mine, func.length(TERM.c.key).between(least, most)
    )
    names: dict[str, str] = {}
    for query in (labels, keys):
        for folded, name, term in connection.execute(query.order_by(TERM.c.id).limit(COMPARED)):
            if term not in hidden:
                names.setdefault(folded, name)
    near = difflib.get_close_matches(wanted, names, n=MOST, cutoff=ALIKE)
    return [names[one] for one in near]


def meant(near: Sequence[str]) -> str:
    """The end of a message about a name that does not exist.

    >>> meant(["Beach", "Bench"])
    "; did you mean 'Beach' or 'Bench'?"
    >>> meant([])
    ''
    """
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
