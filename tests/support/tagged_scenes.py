"""A library of synthetic clips with known contents, seen by the model `tiny`, and a vocabulary of what they show."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sqlalchemy import select, text

from dampipe.features.assets.tables import VERSION
from dampipe.features.machinetags.model import MachineTag, SchemeRequest, TermRequest, VerdictRequest
from dampipe.features.machinetags.prompts import Facet
from dampipe.features.machinetags.queries import MachineTagRepository
from dampipe.features.machinetags.service import MachineTagService
from dampipe.features.machinetags.tables import MACHINE_TAG, VERDICT
from dampipe.features.machinetags.tagger import Tagger
from dampipe.features.metadata.tables import VALUE
from dampipe.features.vocabularies.model import NewTerm
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.features.vocabularies.tables import TERM
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.selection import AssetSelector
from dampipe.vision.base import Embedder
from dampipe.vision.open_model import open_model
from dampipe.vision.tiny.camera import shot_of
from dampipe.vision.tiny.drawing import BACKGROUNDS, COLOURS, SHAPES, Scene, scenes, with_article
from tests.support.catalog import Catalog
from tests.support.searching import Searching
from tests.support.version_rows import insert_many_versions

FRAMES = 3
"""Of each shot."""


def clip_sha1(number: int) -> str:
    return hashlib.sha1(f"scene {number}".encode()).hexdigest()


def vocabulary_of_scenes() -> dict[str, tuple[str, Facet, tuple[str, ...]]]:
    """By key of the term: label, facet and prompts (none: those of the facet)."""
    shapes = {shape: (shape, Facet.SUBJECT, ()) for shape in SHAPES}
    colours = {colour: (colour, Facet.PLAIN, ()) for colour in COLOURS}
    grounds = {
        f"{ground}-background": (f"{ground} background", Facet.PLAIN, (f"{with_article(ground)} background",))
        for ground in BACKGROUNDS
    }
    return {**shapes, **colours, **grounds}


def truth_of(scene: Scene) -> set[str]:
    """The keys of terms that are true of a scene."""
    return {scene.shape, scene.colour, f"{scene.background}-background"}


class OpenLibrary(NamedTuple):
    """A library that somebody else closes."""

    services: Services
    catalog: Catalog

    def close(self) -> None:
        pass


class TaggedScenes:
    """Clips of one or two shots; `contents` has what each shows, by the number of its version."""

    SHIFT = 500
    """By how much numbers of versions exceed the positions of their clips."""

    def __init__(self, url: str, folder: Path, clips: int = 60) -> None:
        library = Searching(url, folder)
        self.embedder: Embedder = open_model("tiny", "cpu")
        library.embedder = self.embedder  # type: ignore[assignment]
        self._use(library, clips)

    @classmethod
    def served_from(cls, services: Services, clips: int) -> "TaggedScenes":
        """The same in a library that is open, with all its services."""
        made = cls.__new__(cls)
        made.embedder = open_model("tiny", "cpu")
        made._use(OpenLibrary(services, Catalog(services.get(Database))), clips)
        return made

    def _use(self, library: "Searching | OpenLibrary", clips: int) -> None:
        self.library = library
        self.database = self.library.catalog.database
        self.service = self.library.services.get(MachineTagService)
        self.tags = self.library.services.get(MachineTagRepository)
        self.tagger = self.library.services.get(Tagger)
        self.vocabularies = self.library.services.get(VocabularyService)
        self.contents: dict[int, list[Scene]] = {}
        self._rng = np.random.default_rng(20)
        self._order = self._rng.permutation(630)
        self.add_clips(clips)

    def add_clips(self, count: int) -> list[int]:
        """More clips; returns the numbers of their versions."""
        everything, first = list(scenes()), len(self.contents)
        added = list(range(first, first + count))
        rows = [(self.SHIFT + n, clip_sha1(n), 1, f"{n}.mov", 1.0) for n in added]
        with self.database.write() as connection:
            insert_many_versions(connection, rows)
        media = self.library.catalog
        for n in added:
            shown = [everything[int(self._order[(2 * n + at) % 630])] for at in range(1 + n % 2)]
            size = self.embedder.spec.size
            frames = np.stack([shot_of(scene, size, self._rng) for scene in shown for _ in range(FRAMES)])
            times = [float(at) for at in range(len(frames))]
            shots = [at // FRAMES for at in range(len(frames))]
            rows_of = self.embedder.pictures(frames)
            media.add_vectors(clip_sha1(n), self.embedder.fingerprint, times, rows_of, shots)
            self.contents[self.SHIFT + n] = shown
        return [self.SHIFT + n for n in added]

    def choose(self, keys: Sequence[str] | None = None, precision: float | None = None) -> None:
        """Put the terms of scenes into the vocabulary `tags`, and choose it."""
        self.service.choose(LOCAL, "tags", SchemeRequest(precision=precision))
        for key, (label, facet, prompts) in vocabulary_of_scenes().items():
            if keys is None or key in keys:
                self.vocabularies.add(LOCAL, "tags", NewTerm(label=label, key=key))
                self.service.set_term(LOCAL, key, TermRequest(facet=facet, prompts=prompts, on=True))

    def found(self, states: Sequence[str] = ("proposed", "set", "accepted")) -> set[tuple[int, str]]:
        """What was found: numbers of versions and keys of terms."""
        query = select(MACHINE_TAG.c.version_id, TERM.c.key).join(TERM, TERM.c.id == MACHINE_TAG.c.term_id)
        with self.database.read() as connection:
            rows = connection.execute(query.where(MACHINE_TAG.c.state.in_(states)))
            return {(row.version_id, row.key) for row in rows}

    def truth(self) -> set[tuple[int, str]]:
        return {
            (version, key)
            for version, shown in self.contents.items()
            for scene in shown
            for key in truth_of(scene)
        }

    def values(self, version: int) -> dict[str, str]:
        """States of the values of source `model`, by the key of the term."""
        asset = select(VERSION.c.asset_id).where(VERSION.c.id == version).scalar_subquery()
        query = select(TERM.c.key, VALUE.c.state).join(TERM, TERM.c.id == VALUE.c.term_id)
        with self.database.read() as connection:
            rows = connection.execute(query.where(VALUE.c.source == "model", VALUE.c.asset_id == asset))
            return {row.key: row.state for row in rows}

    def rows(self) -> list[tuple[object, ...]]:
        """All that was found, and the values."""
        with self.database.read() as connection:
            found = connection.execute(
                select(
                    MACHINE_TAG.c.version_id,
                    MACHINE_TAG.c.term_id,
                    MACHINE_TAG.c.state,
                    MACHINE_TAG.c.moments,
                )
            ).all()
            values = connection.execute(
                select(VALUE.c.asset_id, VALUE.c.term_id, VALUE.c.state, VALUE.c.is_effective).where(
                    VALUE.c.source == "model"
                )
            ).all()
        return sorted(map(tuple, [*found, *values]), key=repr)

    def judge(self, version: int, term: str, *, accept: bool, actor: Actor = LOCAL) -> MachineTag:
        request = VerdictRequest(sha1=clip_sha1(version - self.SHIFT), term=term, accept=accept)
        return self.service.judge(actor, request)

    def verdicts(self) -> int:
        with self.database.read() as connection:
            return len(connection.execute(select(VERDICT.c.id)).all())

    def filtered(self, **filters: str) -> set[int]:
        """Versions of the assets that filters leave."""
        selector = self.library.services.get(AssetSelector)
        assets = list(selector.assets(LOCAL, {name: (value,) for name, value in filters.items()}))
        with self.database.read() as connection:
            query = select(VERSION.c.id).where(VERSION.c.asset_id.in_(assets))
            return set(connection.execute(query).scalars())

    def run_sql(self, statement: str) -> None:
        with self.database.write() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        self.library.close()
