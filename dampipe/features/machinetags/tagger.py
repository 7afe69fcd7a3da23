"""Looks for terms in the vectors of frames: nothing is decoded again.

Progress is a watermark in the ids of vectors, which rise in the order of commits, for each term and model. What a batch
of frames shows is written together with the new watermark, so a process may be killed at any time, and two at once do
nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from dampipe.features.machinetags.frames import FrameRepository, Frames
from dampipe.features.machinetags.prompts import BACKGROUND, digest
from dampipe.features.machinetags.queries import Calibration, Finding, MachineTagRepository, WantedTerm
from dampipe.features.machinetags.scores import LEAST_SAMPLE, SAMPLE, direction, margins, moments_of
from dampipe.features.search.query_vectors import QueryEncoder
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.db.database import Database

BATCH = 10_000
"""Frames of one transaction."""
RESTATED = 1_000
"""Versions whose tags one transaction sets or unsets."""


class _Overtaken(Exception):
    """Another process has looked at these frames, or has calibrated the terms, meanwhile."""


@dataclass
class Tagged:
    """What a run did."""

    calibrated: int = 0
    """Terms."""
    frames: int = 0
    found: int = 0
    """Tags, in versions."""
    is_done: bool = True
    """Whether nothing is left to do."""


class Tagger:
    """Machine tagging of one library. Raises SearchUnavailable where the model cannot be used."""

    def __init__(
        self, database: Database, tags: MachineTagRepository, frames: FrameRepository, encoder: QueryEncoder
    ) -> None:
        self._db = database
        self._tags = tags
        self._frames = frames
        self._encoder = encoder

    def pending(self) -> list[int]:
        """The terms for which frames are still to be looked at."""
        model, terms = self._encoder.model, self._wanted()
        with self._db.read() as connection:
            known, newest = (
                self._tags.calibrations(connection, model),
                self._frames.newest(connection, model),
            )
        return [
            term.id
            for term in terms
            if newest
            and (
                term.id not in known
                or known[term.id].prompts != digest(term.prompts)
                or known[term.id].watermark < newest
            )
        ]

    def run(self, seconds: float = 60.0) -> Tagged:
        """Do what there is to do, for about that time."""
        until, done = monotonic() + seconds, Tagged()
        terms = self._wanted()
        if not terms:
            return done
        model = self._encoder.model
        self._calibrate(model, terms, done)
        while self._score(model, terms, done):
            if monotonic() > until:
                done.is_done = False
                return done
        self._set(model)
        return done

    def _wanted(self) -> list[WantedTerm]:
        with self._db.read() as connection:
            schemes = [one for one in self._tags.schemes(connection) if one.is_on]
            return [term for term in self._tags.wanted(connection, schemes) if term.is_on]

    def _directions(self, terms: Sequence[WantedTerm]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The vectors of terms, and those of the background prompts."""
        texts = list(dict.fromkeys([text for term in terms for text in term.prompts] + list(BACKGROUND)))
        vectors = dict(zip(texts, self._encoder.text_vectors(SYSTEM, texts)[1], strict=True))
        made = [direction([vectors[text] for text in term.prompts]) for term in terms]
        return np.stack(made), np.stack([vectors[text] for text in BACKGROUND])

    def _calibrate(self, model: str, terms: Sequence[WantedTerm], done: Tagged) -> None:
        """Measure terms that are new or have other prompts, and all while the library is small and has doubled."""
        with self._db.read() as connection:
            known = self._tags.calibrations(connection, model)
            count = self._frames.count(connection, model, SAMPLE)
            new = [
                term
                for term in terms
                if term.id not in known
                or known[term.id].prompts != digest(term.prompts)
                or 2 * known[term.id].sample <= count
            ]
            if not new or count < LEAST_SAMPLE:
                return
            sample = self._frames.sample(connection, model, SAMPLE)
        scores = margins(sample, *self._directions(new))
        means, deviations = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-6)
        made = {}
        for at, term in enumerate(new):
            old = known.get(term.id)
            threshold = old.threshold if old is not None and old.prompts == digest(term.prompts) else None
            made[term.id] = Calibration(
                digest(term.prompts), float(means[at]), float(deviations[at]), len(sample), 0, threshold
            )
        with self._db.write() as connection:
            self._tags.save_calibrations(connection, model, made)
        done.calibrated += len(made)

    def _score(self, model: str, terms: Sequence[WantedTerm], done: Tagged) -> bool:
        """Look at the next frames for the terms that are behind the furthest; returns whether there were any."""
        with self._db.read() as connection:
            known = self._tags.calibrations(connection, model)
            ready = [one for one in terms if one.id in known and known[one.id].prompts == digest(one.prompts)]
            if not ready:
                return False
            watermark = min(known[term.id].watermark for term in ready)
            last, versions = self._frames.batch(connection, model, watermark, BATCH)
            if not last:
                return False
            frames = self._frames.of_versions(connection, model, versions)
        due = [term for term in ready if known[term.id].watermark == watermark]
        means, deviations = (
            np.array([getattr(known[term.id], name) for term in due], dtype=np.float32)
            for name in ("mean", "deviation")
        )
        scores = (margins(frames.rows, *self._directions(due)) - means) / deviations
        findings = _findings(frames, [term.id for term in due], scores)
        numbers = [term.id for term in due]
        try:
            with self._db.write() as connection:
                self._tags.lock(connection, versions)
                if not self._tags.advance(connection, model, numbers, watermark, last):
                    raise _Overtaken
                self._tags.record(connection, model, versions, numbers, findings)
        except _Overtaken:
            return True  # look where things stand now
        done.frames += len(frames.times)
        done.found += len(findings)
        return True

    def _set(self, model: str) -> None:
        """Set the values of terms whose precision is as wanted, and take back those of others."""
        with self._db.read() as connection:
            terms = self._tags.wanted(connection, self._tags.schemes(connection))
        with self._db.write() as connection:
            self._tags.save_thresholds(connection, model, terms)
        while True:
            with self._db.write() as connection:
                versions = self._tags.misstated(connection, model, RESTATED)
                if not versions:
                    return
                self._tags.lock(connection, versions)
                self._tags.restate(connection, versions)


def _findings(frames: Frames, terms: Sequence[int], scores: NDArray[np.float32]) -> list[Finding]:
    """What frames show. scores: of each frame (rows) and term."""
    found = []
    is_first = np.r_[True, frames.versions[1:] != frames.versions[:-1]][: len(frames.times)]
    starts: list[int] = np.flatnonzero(is_first).tolist()
    for start, end in zip(starts, [*starts[1:], len(frames.times)], strict=True):
        times, shots = frames.times[start:end], frames.shots[start:end]
        best = scores[start:end].max(axis=0)
        for at, term in enumerate(terms):
            moments = moments_of(times, shots, scores[start:end, at])
            if moments:
                found.append(Finding(int(frames.versions[start]), term, float(best[at]), moments))
    return found
