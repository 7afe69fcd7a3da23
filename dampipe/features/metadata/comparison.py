"""One comparison as people write it: `rating>=3`, `city=Rome`, `title~beach`, `location`."""

import re
from typing import NamedTuple

from dampipe.features.metadata.errors import COMPARISON_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import Operator


class Comparison(NamedTuple):
    """A field, how it is compared, and with what."""

    key: str
    operator: Operator
    texts: tuple[str, ...]


_FORM = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:(!=|<=|>=|=|<|>|~)\s*(.*?)\s*)?", re.DOTALL)


def parse_comparison(text: str) -> Comparison:
    """A comparison from what a person writes. Raises InvalidInput (COMPARISON_INVALID).

    >>> parse_comparison("rating >= 3")
    Comparison(key='rating', operator=<Operator.AT_LEAST: '>='>, texts=('3',))
    """
    found = _FORM.fullmatch(text)
    if found is None or (found[2] is not None and not found[3]):
        raise InvalidInput(COMPARISON_INVALID, text=text)
    key, operator, value = found.groups()
    if operator is None:
        return Comparison(key, Operator.IS_SET, ())
    return Comparison(key, Operator.CONTAINS if operator == "~" else Operator(operator), (value,))
