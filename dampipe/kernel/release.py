"""The checks that everything passes which leaves dampipe: registered by the features that know a reason against it.

Originals, derivatives for use outside and timelines leave by one function, `ReleaseService.release`
(`dampipe/features/originals/release.py`), and nothing else opens bytes for a way out: a test reads the code for it. It
calls every `ReleaseCheck` that a feature names in `Feature.release_checks`. To play a derivative in the page is not a
way out: who may see an asset is decided by grants (`dampipe/kernel/visibility.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.feature import registered
from dampipe.kernel.ids import AssetId
from dampipe.kernel.visibility import View

DOWNLOAD = "download"
"""Purpose: a file is saved by a person or a program."""
EXPORT = "export"
"""Purpose: a timeline leads an editing program to the files."""
MAX_REASON = 500
"""Characters."""


class ReleaseRequest(BaseModel):
    """What is said of the use for which something leaves dampipe."""

    model_config = ConfigDict(frozen=True)

    territory: str = Field(
        default="", max_length=100, description="Where it will be used: DE, EU, worldwide; default: not said."
    )
    medium: str = Field(
        default="", max_length=100, description="How it will be used: online, broadcast; default: not said."
    )
    reason: str = Field(
        default="",
        max_length=MAX_REASON,
        description="Why it is released although a check refuses it; needs the scope `override`, and is recorded.",
    )


@dataclass(frozen=True)
class Use:
    """One use of assets, in question."""

    purpose: str
    territory: str = ""
    """A term; empty: not said."""
    medium: str = ""
    """A term; empty: not said."""
    at: float = 0.0
    """Seconds since 1970."""


@dataclass(frozen=True)
class Objection:
    """Why an asset is not to be used so."""

    code: ErrorCode
    parameters: Mapping[str, Any]
    refuses: bool = True
    """Whether it keeps the asset from being released; else it is a warning."""
    is_note: bool = False
    """Whether the use is granted, and this is only something to mind."""

    @property
    def text(self) -> str:
        """One line for a person."""
        return self.code.text.format_map(dict(self.parameters))

    @property
    def hint(self) -> str:
        """What to do next, in words that hold for every face."""
        return self.code.remedy.format_map(dict(self.parameters))


ReleaseCheck: TypeAlias = Callable[
    [Connection, Database, View, Sequence[int], Use], Mapping[AssetId, Sequence[Objection]]
]
"""The objections to a use of assets, by asset; without entries where there are none. It names nothing outside the view.
Raises InvalidInput for a term of the use that does not exist."""


def objections(
    connection: Connection, database: Database, view: View, assets: Iterable[int], use: Use
) -> dict[AssetId, list[Objection]]:
    """What all registered checks object to a use of assets, by asset."""
    numbers = sorted(set(assets))
    found: dict[AssetId, list[Objection]] = {}
    for check in registered("release_checks"):
        for asset, against in check(connection, database, view, numbers, use).items():
            found.setdefault(asset, []).extend(against)
    return {asset: against for asset, against in found.items() if against}
