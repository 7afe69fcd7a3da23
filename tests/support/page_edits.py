"""Random edits of the same things by several people at once, over the page: what must hold whatever they do.

Each person has tabs of the page, which edit by the page's own modules (`page_edits.js`). Afterwards each edit is in the
final state or in the history, or it was answered as a conflict that the page has shown with both values.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from sqlalchemy import select

import dampipe
from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.metadata.schema import default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.features.review.model import CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.features.search.vector_media_db import VectorMediaDb
from dampipe.features.subclips.model import NewSubclip
from dampipe.features.subclips.service import SubclipService
from dampipe.features.tagging.service import TagService
from dampipe.features.undo.tables import EDIT_CHANGE
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.web.app import create_app
from tests.support.searching import media, sha1
from tests.support.serving import serving

PASSWORD = "correct horse"
PEOPLE = {"anna": Role.MANAGER, "bert": Role.EDITOR}
FILES = tuple(f"clip {number:02}.mov" for number in range(6))
EDITS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@dataclass
class Together:
    """A library of some assets that were not processed, with a workflow, a collection and two people, and its page."""

    library: Any
    url: str
    sha1s: tuple[str, ...]
    collection: int
    subclip: int = 0
    comments: list[int] = field(default_factory=list)

    def service(self, kind: type[Any]) -> Any:
        return self.library.service(kind)

    def actor(self, name: str) -> Actor:
        user = self.service(AccessRepository).user(name)
        return Actor(ActorKind.USER, name, user.role, user=user.id)


@contextmanager
def together(folder: Path) -> Iterator[Together]:
    """Make the library below a folder, and serve it."""
    files = [folder / name for name in FILES]
    for file in files:
        file.write_bytes(b"x")
    with dampipe.open(home=folder / "home", model="tiny", in_process=True, settle=0.0) as library:
        for file in files:
            library.service(VectorMediaDb).add_video(file, sha1(file.name), media())
        library.service(SchemaService).apply(LOCAL, default_schema())
        library.service(WorkflowService).apply(LOCAL, shipped_toml("review"))
        for name, role in PEOPLE.items():
            library.service(AccessService).add_user(
                LOCAL, UserRequest(name=name, role=role, password=PASSWORD)
            )
        sha1s = tuple(sha1(name) for name in FILES)
        made = library.service(CollectionService).create(LOCAL, NewCollection(name="Trailer", private=False))
        library.service(CollectionItemService).add(LOCAL, made.id, Chosen(assets=sha1s[:4]))
        with serving(create_app(library.service(Services))) as url:
            yield Together(library, url, sha1s, made.id)


@contextmanager
def logged_in(browser: Browser, here: Together, name: str) -> Iterator[Page]:
    """A browser of its own, in which a person is logged in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(120_000)
    answer = context.request.post(f"{here.url}/api/v1/session", data={"name": name, "password": PASSWORD})
    assert answer.ok, answer.text()
    yield context.new_page()
    context.close()


@dataclass(frozen=True)
class Outcome:
    """What became of many edits: counts by kind and by what became of them; and what was lost, which must be nothing."""

    counts: Counter[tuple[str, str]]
    lost: Sequence[str]
    seconds: float

    def number(self, became: str = "") -> int:
        """How many edits there were, or how many of them became something."""
        return sum(count for (_, one), count in self.counts.items() if became in ("", one))


def edit_at_once(browser: Browser, here: Together, count: int, seed: int) -> Outcome:
    """Have two people make `count` random edits in three tabs at once, and look for each of them."""
    moves = _moves(here)
    review: ReviewService = here.service(ReviewService)
    for name in PEOPLE:
        request = CommentRequest(asset=here.sha1s[0], text=f"first of {name} {seed}")
        here.comments.append(review.add(here.actor(name), request).id)
    if not here.subclip:
        subclip = NewSubclip(asset=here.sha1s[0], start="0", end="1", name="opening")
        here.subclip = here.service(SubclipService).create(LOCAL, subclip).id
    with logged_in(browser, here, "anna") as anna, logged_in(browser, here, "bert") as bert:
        tabs = {"anna": anna, "anna too": anna.context.new_page(), "bert": bert}
        for page in tabs.values():
            page.goto(f"{here.url}/#/")
            page.locator("article.card").first.wait_for()
        began = time.monotonic()
        for number, (name, page) in enumerate(tabs.items()):
            share = count // len(tabs) + (number < count % len(tabs))
            given = {
                "seed": seed + number,
                "count": share,
                "name": name,
                "assets": list(here.sha1s),
                "collection": here.collection,
                "subclip": here.subclip,
                "comments": here.comments[-2:],
            }
            page.evaluate(
                f"given => {{ globalThis.edits = null; ({EDITS})(given).then(made => (globalThis.edits = made), "
                "problem => (globalThis.edits = String(problem))); }",
                given,
            )
        made: list[dict[str, Any]] = []
        for page in tabs.values():
            deadline = time.monotonic() + 60 + 5 * count
            while (found := page.evaluate("() => globalThis.edits")) is None:
                assert time.monotonic() < deadline, "the edits did not come to an end"
                page.wait_for_timeout(200)
            assert isinstance(found, list), found
            made += found
        seconds = time.monotonic() - began
    counts = Counter((one["kind"], one["became"]) for one in made)
    return Outcome(counts, _lost(here, made, moves), seconds)


def _moves(here: Together) -> int:
    """How many moves of the workflow are in the history."""
    workflow: WorkflowService = here.service(WorkflowService)
    return sum(one.what == "moved" for asset in here.sha1s for one in workflow.history(LOCAL, asset, 100_000))


def _lost(here: Together, made: Sequence[dict[str, Any]], moves: int) -> list[str]:
    """What is neither in the final state nor in the history, and what was replaced by who had not read it."""
    lost: list[str] = []
    with here.service(Database).read() as connection:
        rows = connection.execute(
            select(EDIT_CHANGE.c.of_table, EDIT_CHANGE.c.before, EDIT_CHANGE.c.after)
        ).all()
    written = "\n".join(row.after or "" for row in rows)
    metadata: MetadataService = here.service(MetadataService)
    history = {one: metadata.history(LOCAL, one, limit=100_000)[::-1] for one in here.sha1s}
    tags = {tag.name for tag in here.service(TagService).all(LOCAL) if tag.assets}
    values = {str(value) for entries in history.values() for entry in entries for value in entry.after}
    for one in made:
        kind, value = one["kind"], one["value"]
        if one["became"] not in ("done", "conflict", "refused"):
            lost.append(f"{kind} {value}: {one['became']}")
        elif one["became"] == "done" and kind == "field" and value not in values:
            lost.append(f"{kind} {value} is not in the history")
        elif one["became"] == "done" and kind == "tag" and value not in tags:
            lost.append(f"{kind} {value} is not there")  # nobody takes tags away
        elif one["became"] == "done" and kind in ("comment", "reply", "comment_edit", "rename", "subclip"):
            if json.dumps(value) not in written:
                lost.append(f"{kind} {value} is in no edit")
        elif one["became"] != "done" and (value in values or json.dumps(value) in written):
            lost.append(f"{kind} {value} was written, and its author was told that it was not")
    # Fields: each change begins with what the one before has left: nobody has replaced what they had not read.
    for asset, entries in history.items():
        final = {one.key: one.values for one in metadata.get(LOCAL, asset, ("city", "description")).fields}
        for key, last in final.items():
            chain = [one for one in entries if one.field == key]
            for earlier, later in pairwise(chain):
                if earlier.after != later.before:
                    lost.append(f"{key} of {asset}: {later.before} was expected, {earlier.after} was there")
            if chain and chain[-1].after != last:
                lost.append(f"{key} of {asset} is {last}, not {chain[-1].after}")
    # Moves: as many as were said to be made.
    moved, said = _moves(here) - moves, sum(one["kind"] == "move" and one["became"] == "done" for one in made)
    if moved != said:
        lost.append(f"{said} moves were made, and {moved} are in the history")
    # Items: what is in the collection is what all edits of it leave.
    page = here.service(CollectionService).items(LOCAL, here.collection, limit=1000)
    items = {item.id for item in page.items}
    left: set[int] = set()
    for row in rows:
        if row.of_table != "collection_item":
            continue
        before, after = json.loads(row.before or "null"), json.loads(row.after or "null")
        if after is not None:
            left.add(after["id"])
        elif before is not None:
            left.discard(before["id"])
    if left != items:
        lost.append(f"the collection has {sorted(items)}, and its edits leave {sorted(left)}")
    return lost
