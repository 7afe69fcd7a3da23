"""A library with users and clips, whose comments are asked directly."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.alignment.queries import AlignmentRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.review.model import CommentReport, CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.features.review.sweep import CarrySweep
from dampipe.features.undo.service import UndoService
from dampipe.features.versions.model import StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import COMMENT, LOCAL, READ, Actor, ActorKind, Role
from dampipe.kernel.events.tables import EVENT
from dampipe.media.frame_clock import FrameTimes
from dampipe.media.info import AudioStream, MediaKind
from dampipe.media.signatures.align import METHOD
from dampipe.media.signatures.alignment import Alignment, Span
from tests.support.searching import Searching, media, sha1

A, B, C = "day/a.mp4", "day/b.mp4", "night/c.mp4"
STILL, SOUND = "day/still.jpg", "day/sound.wav"
FPS = 25


class Reviewing:
    """The library: clips of 30 s at 25 frames per second, a still and a sound."""

    def __init__(self, url: str, folder: Path) -> None:
        self.searching = Searching(url, folder)
        self.database = self.searching.catalog.database
        for path in (A, B, C):
            self.searching.add(path, ["red", "blue"])
        self.searching.add(STILL, info=media(MediaKind.STILL, duration=None))
        sound = media(MediaKind.AUDIO)
        track = AudioStream(index=0, codec="pcm_s16le", sample_rate=48000, channels=2)
        self.searching.add(SOUND, info=sound.model_copy(update={"audio": (track,)}))
        self.review: ReviewService = self.service(ReviewService)

    def service(self, kind: Any) -> Any:
        return self.searching.services.get(kind)

    def user(self, name: str, role: Role = Role.COMMENTER, *sees: str) -> Actor:
        """A user, who sees folders of the footage, or everything."""
        places = tuple(str(self.searching.root / one) for one in sees) if sees else None
        self.service(AccessService).add_user(LOCAL, UserRequest(name=name, role=role, sees=places))
        found = self.service(AccessRepository).user(name)
        return Actor(ActorKind.USER, name, found.role, user=found.id)

    def add(self, path: str = A, text: str = "look", actor: Actor = LOCAL, **more: Any) -> CommentReport:
        return self.review.add(actor, CommentRequest(asset=sha1(path), text=text, **more))

    def of(self, path: str = A, actor: Actor = LOCAL, **more: Any) -> list[CommentReport]:
        return list(self.review.of_asset(actor, sha1(path), **more).comments)

    def asset(self, path: str) -> int:
        return int(self.service(AssetService).asset_id(LOCAL, sha1(path)))

    def stack(self, target: str, other: str) -> dict[str, str]:
        """Make `other` the current version of the asset of `target`; returns what the operation says."""
        versions: VersionService = self.service(VersionService)
        [done] = versions.stack(LOCAL, StackRequest(asset=sha1(target), others=(sha1(other),)))
        versions.make_current(LOCAL, sha1(other))
        return dict(done.metadata)

    def align(self, first: str, second: str, *spans: tuple[int, int, int]) -> None:
        """Store the common frames of two clips: (first frame, frame behind the last, first frame in the second)."""
        grid = FrameTimes.of_rate(Fraction(FPS), 30 * FPS)
        found = Alignment(
            grid,
            grid,
            tuple(Span(Fraction(a, FPS), Fraction(b, FPS), Fraction(c, FPS)) for a, b, c in spans),
        )
        rows = {path: self.searching.catalog.assets.find(sha1(path)).id for path in (first, second)}
        self.service(AlignmentRepository).save(rows[first], rows[second], METHOD, found)

    def sweep(self) -> dict[str, int]:
        return dict(self.service(CarrySweep)())

    def undo(self, actor: Actor = LOCAL, number: int | None = None) -> Any:
        return self.service(UndoService).undo(actor, number)

    def events(self, *names: str) -> list[Any]:
        with self.database.read() as connection:
            query = select(EVENT).order_by(EVENT.c.at, EVENT.c.id)
            rows = connection.execute(query).all()
        return [row for row in rows if row.name in names or (not names and row.name.startswith("comment"))]

    def close(self) -> None:
        self.searching.close()


def guest(name: str, session: str, link: int = 1) -> Actor:
    """A guest of a share link, which opens everything here."""
    return Actor(
        ActorKind.LINK,
        name,
        Role.COMMENTER,
        scopes=frozenset({READ.name, COMMENT.name}),
        link=link,
        guest=session,
    )


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Reviewing]:
    """Over both databases."""
    made = Reviewing(catalogue_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Reviewing]:
    """Over SQLite, for what is not about the database."""
    made = Reviewing(f"sqlite:///{tmp_path / 'c.sqlite'}", tmp_path)
    yield made
    made.close()
