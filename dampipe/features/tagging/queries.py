"""Tags: words that people give assets, so that a search can ask for them."""

from sqlalchemy import delete, func, select

from dampipe.features.tagging.model import TagReport
from dampipe.features.tagging.tables import TAG
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput

LONGEST = 100


class TagRepository:
    """The tags of one catalogue. Names are compared as they are written, without spaces around them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, name: str, assets: list[int]) -> int:
        """Give the tag to assets; returns how many did not have it. Raises InvalidInput for no name."""
        tag = validate_tag(name)
        with self._db.write() as connection:
            made = [
                connection.execute(
                    self._db.insert(TAG).values(asset_id=asset, name=tag).on_conflict_do_nothing()
                ).rowcount
                for asset in assets
            ]
        return sum(count for count in made if count > 0)

    def remove(self, name: str, assets: list[int] | None) -> int:
        """Take the tag from assets, None: from all; returns how many had it."""
        mine = TAG.c.name == validate_tag(name)
        if assets is not None:
            mine &= TAG.c.asset_id.in_(assets)
        with self._db.write() as connection:
            return connection.execute(delete(TAG).where(mine)).rowcount

    def all(self) -> list[TagReport]:
        """All tags by name, and how many assets have each."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(TAG.c.name, func.count().label("assets")).group_by(TAG.c.name).order_by(TAG.c.name)
            )
            return [TagReport(name=row.name, assets=row.assets) for row in rows]

    def of(self, asset: int) -> tuple[str, ...]:
        """The tags of one asset, by name."""
        with self._db.read() as connection:
            return tuple(
                connection.execute(
                    select(TAG.c.name).where(TAG.c.asset_id == asset).order_by(TAG.c.name)
                ).scalars()
            )


def validate_tag(name: str) -> str:
    """The name without spaces around it. Raises InvalidInput."""
    tag = name.strip()
    if not tag or len(tag) > LONGEST or not tag.isprintable():
        raise InvalidInput(f"{name!r} is no tag", hint=f"Give a word or a few, {LONGEST} characters at most.")
    return tag
