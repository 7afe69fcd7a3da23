"""Random edits of collections by eight actors at once, as a state machine: what must hold whatever they do.

Each step lets the actors edit one tree at the same time, in threads. Then no update may be lost, no collection may lie
within itself, each order is total; and undoing all edits of the step, the last one first, restores every row.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from dampipe.features.collections.model import Chosen, CollectionChange, NewCollection, Place, Right
from dampipe.features.collections.tables import COLLECTION, COLLECTION_GRANT, COLLECTION_ITEM
from dampipe.features.undo.tables import EDIT
from dampipe.kernel.access import LOCAL, Actor, Role
from dampipe.kernel.errors import Conflict, InvalidInput
from tests.support.gathered import Gathered
from tests.support.searching import sha1

ACTORS = 8
FILES = [f"f{number}" for number in range(24)]
NOT_RESTORED = {"version", "changed_at", "changed_by"}
"""Columns that an undo counts up, or leaves."""
REFUSALS = {
    "collection.cycle",
    "collection.too_deep",
    "collection.not_found",
    "collection.item_not_found",
    "collection.not_sibling",
    "collection.changed_meanwhile",
    "collection.item_moved_meanwhile",
}
"""The errors of an edit that does not fit what others did meanwhile; no other may happen."""


@dataclass
class Done:
    """What became of one edit."""

    kind: str
    target: tuple[int, ...]
    value: Any = None
    is_refused: bool = False


@dataclass
class Crowd:
    """A library and its eight actors; trees of collections in it are each a run's own."""

    here: Gathered
    actors: list[Actor] = field(default_factory=list)
    edits: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    def __post_init__(self) -> None:
        for name in FILES:
            self.here.add(f"day/{name}.mp4")
        roles = [Role.EDITOR] * 5 + [Role.MANAGER] * 2
        self.actors = [LOCAL, *(self.here.user(f"u{number}", role) for number, role in enumerate(roles))]

    def tree(self, root: int) -> dict[int, int | None]:
        """The collections of a tree with their parents."""
        with self.here.catalog.database.read() as connection:
            rows = connection.execute(select(COLLECTION.c.id, COLLECTION.c.parent_id)).all()
        parents = {row.id: row.parent_id for row in rows}
        return {one: parent for one, parent in parents.items() if root in ancestors(parents, one)}

    def rows(self, root: int) -> list[tuple[str, dict[str, Any]]]:
        """Every row of a tree, without what an undo does not restore."""
        inside = set(self.tree(root))
        found: list[tuple[str, dict[str, Any]]] = []
        with self.here.catalog.database.read() as connection:
            for table, column in (
                (COLLECTION, COLLECTION.c.id),
                (COLLECTION_GRANT, COLLECTION_GRANT.c.collection_id),
                (COLLECTION_ITEM, COLLECTION_ITEM.c.collection_id),
            ):
                for row in connection.execute(select(table).order_by(table.c.id)):
                    if row._mapping[column] in inside:
                        kept = {name: one for name, one in row._mapping.items() if name not in NOT_RESTORED}
                        found.append((table.name, kept))
        return found

    def last_edit(self) -> int:
        """The number of the newest edit."""
        with self.here.catalog.database.read() as connection:
            return connection.execute(select(EDIT.c.id).order_by(EDIT.c.id.desc()).limit(1)).scalar() or 0

    def undo_since(self, number: int) -> int:
        """Undo all edits after one, the newest first; returns how many rows were left alone."""
        with self.here.catalog.database.read() as connection:
            query = select(EDIT.c.id).where(EDIT.c.id > number).order_by(EDIT.c.id.desc())
            edits = list(connection.execute(query).scalars())
        self.edits["undo"] += len(edits)
        return sum(self.here.undo(edit=one).left for one in edits)


def ancestors(parents: Mapping[int, int | None], collection: int) -> list[int]:
    """A collection and those above it. Raises AssertionError for a cycle."""
    found: list[int] = []
    number: int | None = collection
    while number is not None:
        assert number not in found, f"{number} lies within itself: {found}"
        found.append(number)
        number = parents.get(number)
    return found


class _Work:
    """One edit of one actor, drawn by a seed."""

    def __init__(self, crowd: Crowd, root: int, actor: Actor, seed: int) -> None:
        self._here = crowd.here
        self._root = root
        self._crowd = crowd
        self._actor = actor
        self._draw = random.Random(seed)

    def run(self) -> Done:
        """Do it; an edit that does not fit any more is refused, with a code of REFUSALS."""
        kinds: list[Callable[[int], Done]] = [
            *([self._add] * 4), *([self._move] * 5), *([self._remove] * 2), self._many, self._create,
            *([self._rename] * 2), self._nest, self._nest, self._reorder, self._delete, self._sort,
        ]  # fmt: skip
        collections = sorted(self._crowd.tree(self._root))
        collection = self._draw.choice(collections)
        done = Done(self._draw.choice(kinds).__name__, (collection,))
        kind = next(one for one in kinds if one.__name__ == done.kind)
        try:
            return kind(collection)
        except (InvalidInput, Conflict) as error:
            assert error.code in REFUSALS, (done, error.code, str(error))
            done.is_refused = True
            return done

    def _items(self, collection: int) -> Sequence[Any]:
        return self._here.collections.items(self._actor, collection, limit=1000).items

    def _place(self, items: Sequence[Any]) -> Place:
        if not items or self._draw.random() < 0.2:
            return Place(first=self._draw.random() < 0.5)
        number = self._draw.choice(items).id
        return Place(before=number) if self._draw.random() < 0.5 else Place(after=number)

    def _add(self, collection: int) -> Done:
        name = self._draw.choice(FILES)
        chosen = Chosen(assets=(sha1(f"day/{name}.mp4"),))
        self._here.things.add(self._actor, collection, chosen, self._place(self._items(collection)))
        return Done("add", (collection,), sha1(f"day/{name}.mp4"))

    def _move(self, collection: int) -> Done:
        items = self._items(collection)
        if not items:
            return Done("nothing", (collection,))
        item = self._draw.choice(items)
        done = self._here.things.move(self._actor, collection, [item.id], self._place(items), item.version)
        return Done("move" if done.changed else "nothing", (collection, item.id), item.version)

    def _many(self, collection: int) -> Done:
        items = self._items(collection)
        if not items:
            return Done("nothing", (collection,))
        some = self._draw.sample(items, self._draw.randint(1, len(items)))
        self._here.things.move(self._actor, collection, [one.id for one in some], self._place(items))
        return Done("many", (collection,))

    def _remove(self, collection: int) -> Done:
        items = self._items(collection)
        if not items:
            return Done("nothing", (collection,))
        item = self._draw.choice(items)
        self._here.things.remove(self._actor, collection, items=[item.id])
        return Done("remove", (collection,), item.asset)

    def _sort(self, collection: int) -> Done:
        self._here.things.sort(self._actor, collection, self._draw.choice(["duration", "-duration"]))
        return Done("sort", (collection,))

    def _create(self, collection: int) -> Done:
        name = f"n{self._draw.randrange(10**9)}"
        made = self._here.collections.create(self._actor, NewCollection(name=name, parent=str(collection)))
        return Done("create", (made.id,))

    def _rename(self, collection: int) -> Done:
        shown = self._here.collections.show(self._actor, collection)
        name = f"r{self._draw.randrange(10**9)}"
        self._here.collections.change(self._actor, collection, CollectionChange(name=name), shown.version)
        return Done("rename", (collection,), (shown.version, name))

    def _nest(self, collection: int) -> Done:
        if collection == self._root:
            return Done("nothing", (collection,))
        into = self._draw.choice(sorted(self._crowd.tree(self._root)))
        self._here.collections.move(self._actor, collection, Place(first=self._draw.random() < 0.5), into)
        return Done("nest", (collection, into))

    def _reorder(self, collection: int) -> Done:
        if collection == self._root:
            return Done("nothing", (collection,))
        tree = self._crowd.tree(self._root)
        siblings = [
            one for one, parent in tree.items() if parent == tree.get(collection) and one != collection
        ]
        place = Place(before=self._draw.choice(siblings)) if siblings else Place(last=True)
        self._here.collections.move(self._actor, collection, place)
        return Done("reorder", (collection,))

    def _delete(self, collection: int) -> Done:
        if collection == self._root or self._draw.random() < 0.5:
            return Done("nothing", (collection,))
        self._here.collections.delete(self._actor, collection)
        return Done("delete", (collection,))


def machine(crowd: Crowd) -> type[RuleBasedStateMachine]:
    """The state machine over a library."""

    class Gathering(RuleBasedStateMachine):
        """Eight actors who edit one tree at once."""

        @initialize()
        def make_a_tree(self) -> None:
            here = crowd.here
            self.root = here.make("root").id
            here.grants.grant(LOCAL, self.root, "role:editor", Right.MANAGE)
            for name in "abc":
                inner = here.make(name, self.root).id
                files = tuple(sha1(f"day/{one}.mp4") for one in FILES[:8])
                here.things.add(LOCAL, inner, Chosen(assets=files))

        def _together(self, seed: int) -> list[Done]:
            """Let each actor do one thing, all at the same time."""
            start = Barrier(ACTORS)
            works = [_Work(crowd, self.root, actor, seed + n) for n, actor in enumerate(crowd.actors)]

            def run(work: _Work) -> Done:
                start.wait()
                return work.run()

            with ThreadPoolExecutor(ACTORS) as pool:
                done = list(pool.map(run, works))
            crowd.edits.update(one.kind for one in done if not one.is_refused and one.kind != "nothing")
            crowd.refused += sum(one.is_refused for one in done)
            return done

        @rule(seed=st.integers(0, 1 << 30))
        def all_edit_at_once(self, seed: int) -> None:
            done = [one for one in self._together(seed) if not one.is_refused]
            self._check_nothing_lost(done)
            self._check_orders()

        @rule(seed=st.integers(0, 1 << 30))
        def undo_restores_exactly(self, seed: int) -> None:
            before, last = crowd.rows(self.root), crowd.last_edit()
            self._together(seed)
            assert crowd.undo_since(last) == 0
            assert crowd.rows(self.root) == before

        @rule(seed=st.integers(0, 1 << 30))
        def an_undo_can_be_undone(self, seed: int) -> None:
            last = crowd.last_edit()
            self._together(seed)
            after, newest = crowd.rows(self.root), crowd.last_edit()
            assert crowd.undo_since(last) == 0
            assert crowd.undo_since(newest) == 0
            assert crowd.rows(self.root) == after

        def _check_nothing_lost(self, done: Sequence[Done]) -> None:
            by_version = Counter((one.kind, one.target, one.value) for one in done if one.kind == "move")
            by_version.update(("rename", one.target, one.value[0]) for one in done if one.kind == "rename")
            assert not [one for one, count in by_version.items() if count > 1], "both based on one version"
            tree = crowd.tree(self.root)  # raises for a cycle
            gone = {one.target[0] for one in done if one.kind == "delete"}
            removed = {(one.target[0], one.value) for one in done if one.kind == "remove"}
            for one in done:
                if one.kind == "create":
                    assert one.target[0] in tree or gone
                if one.target[0] not in tree:
                    continue
                if one.kind == "add" and (one.target[0], one.value) not in removed:
                    items = crowd.here.collections.items(LOCAL, one.target[0], limit=1000).items
                    assert one.value in {item.asset for item in items}
                if one.kind == "rename":
                    newest = max(
                        two.value for two in done if two.kind == "rename" and two.target == one.target
                    )
                    assert crowd.here.collections.show(LOCAL, one.target[0]).name == newest[1]

        def _check_orders(self) -> None:
            for collection in crowd.tree(self.root):
                whole = [one.id for one in crowd.here.collections.items(LOCAL, collection, limit=1000).items]
                found: list[Any] = []
                after = None
                while True:
                    page = crowd.here.collections.items(LOCAL, collection, after, limit=20)
                    found += [one.id for one in page.items]
                    after = page.after
                    if after is None:
                        break
                assert found == whole and len(set(whole)) == len(whole)

    return Gathering
