"""What features add to the search documents of assets."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection


class DocumentText(NamedTuple):
    """A text whose words are in the document of an asset."""

    asset: int
    text: str
    field: str
    """What it is, as people read it: "Title", "File name"."""


DocumentContributor: TypeAlias = Callable[[Connection, Collection[int]], Iterable[DocumentText]]
"""Functions in `Feature.documents` are called so: with assets, 500 at most, they return texts. A search shows the texts
of the assets that it has found (`dampipe/features/search/passages.py`), so that they say nothing which is not for
everyone who sees the asset."""
