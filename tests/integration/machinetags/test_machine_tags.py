"""Machine tags over synthetic clips with known contents, by the model `tiny`, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dampipe.features.machinetags.scores import direction
from dampipe.kernel.access import LOCAL
from tests.support.tagged_scenes import TaggedScenes, clip_sha1, truth_of, vocabulary_of_scenes


@pytest.fixture
def tagged(catalogue_url: str, tmp_path: Path) -> Iterator[TaggedScenes]:
    made = TaggedScenes(catalogue_url, tmp_path)
    yield made
    made.close()


def f1(found: set[tuple[int, str]], truth: set[tuple[int, str]]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def by_global_threshold(tagged: TaggedScenes) -> tuple[float, float]:
    """The best F1 that one threshold of the cosine reaches over all terms, chosen by looking at the truth, and it."""
    terms = vocabulary_of_scenes()
    vectors = np.stack(
        [
            direction(list(tagged.embedder.words(list(prompts) or [label])))
            for label, _, prompts in terms.values()
        ]
    )
    with tagged.database.read() as connection:
        frames = tagged.tags.frames(connection, tagged.embedder.fingerprint, sorted(tagged.contents))
    near = frames.rows @ vectors.T
    best = (0.0, 0.0)
    for threshold in np.linspace(-0.2, 1.0, 121):
        found = {
            (int(frames.versions[row]), key)
            for row, at in np.argwhere(near >= threshold)
            for key in [list(terms)[at]]
        }
        best = max(best, (f1(found, tagged.truth()), float(threshold)))
    return best


def test_what_clips_show_is_found(tagged: TaggedScenes, capsys: pytest.CaptureFixture[str]) -> None:
    tagged.choose()
    done = tagged.tagger.run()
    assert done.is_done and done.calibrated == 26
    reached, (best, threshold) = f1(tagged.found(), tagged.truth()), by_global_threshold(tagged)
    with capsys.disabled():
        print(
            f"\nmicro-F1 {reached:.3f}; with one threshold of the cosine {best:.3f} (at best, {threshold:.2f})"
        )
    assert reached >= 0.9
    version = next(version for version, shown in tagged.contents.items() if len(shown) == 2)
    first, second = tagged.contents[version]
    for tag in tagged.service.review(LOCAL, limit=1000):
        if tag.sha1 == clip_sha1(version - tagged.SHIFT) and tag.term in truth_of(first) ^ truth_of(second):
            in_second = tag.term in truth_of(second)
            assert all((moment.time >= 3.0) is in_second for moment in tag.moments), (
                "moments of the right shot"
            )
    assert tagged.tagger.pending() == [] and tagged.tagger.run().frames == 0, "nothing is done twice"


def test_new_frames_and_new_terms_are_looked_at_alone(tagged: TaggedScenes) -> None:
    tagged.choose(["star", "heart"])
    frames = tagged.tagger.run().frames
    before = tagged.found()
    added = tagged.add_clips(4)
    assert tagged.tagger.run().frames == sum(3 * len(tagged.contents[version]) for version in added)
    tagged.choose(["ring"])
    assert tagged.tagger.run().frames > frames, "all of them, for the new term"
    found = tagged.found()
    assert before <= found and {key for _, key in found} == {"star", "heart", "ring"}


def test_verdicts_set_values_and_survive_models(tagged: TaggedScenes) -> None:
    tagged.choose()
    tagged.tagger.run()
    (right, key), *_ = sorted(tagged.found() & tagged.truth())
    (wrong, other) = sorted(tagged.found() & tagged.truth())[-1]
    assert tagged.values(right)[key] == "proposed"
    assert tagged.filtered(machine_tag=key) == set(), "proposals do not count"
    assert tagged.judge(right, key, accept=True).state == "accepted"
    assert tagged.judge(wrong, other, accept=False).state == "rejected"
    assert (tagged.values(right)[key], tagged.values(wrong)[other]) == ("accepted", "rejected")
    assert tagged.filtered(machine_tag=key) == {right} == tagged.filtered(tag=key), (
        "a person has confirmed it"
    )
    waiting = {(tag.sha1, tag.term) for tag in tagged.service.review(LOCAL, limit=1000)}
    assert not waiting & {(clip_sha1(right - tagged.SHIFT), key), (clip_sha1(wrong - tagged.SHIFT), other)}
    # Another model, which sees the same: verdicts are about contents.
    name = tagged.embedder.fingerprint
    tagged.run_sql("UPDATE vector SET model = 'newer'")
    type(tagged.embedder).fingerprint  # noqa: B018
    tagged.tagger._encoder = Renamed(tagged.tagger._encoder, "newer")  # type: ignore[assignment]
    assert tagged.tagger.run().frames > 0 and name != "newer"
    assert (tagged.values(right)[key], tagged.values(wrong)[other]) == ("accepted", "rejected")
    assert tagged.verdicts() == 2
    tagged.service.undo(LOCAL)
    assert tagged.values(wrong)[other] == "proposed" and tagged.verdicts() == 1


class Renamed:
    """An encoder whose model has another name."""

    def __init__(self, encoder: object, model: str) -> None:
        self._encoder, self.model = encoder, model

    def text_vectors(self, *given: object) -> object:
        return self._encoder.text_vectors(*given)  # type: ignore[attr-defined]


def test_terms_that_are_right_often_enough_are_set(tagged: TaggedScenes) -> None:
    tagged.choose(["star", "circle", "square"], precision=0.7)
    tagged.add_clips(110)
    tagged.tagger.run()
    stars = sorted(version for version, key in tagged.found() if key == "star")
    assert len(stars) > 21
    for version in stars[:20]:
        tagged.judge(version, "star", accept=True)
    tagged.tagger.run()
    report = next(one for one in tagged.service.precision(LOCAL) if one.term == "star")
    assert (report.accepted, report.rejected, round(report.least, 2)) == (20, 0, 0.84)
    assert report.threshold is not None
    is_set = {version for version, key in tagged.found(["set"]) if key == "star"}
    assert is_set and {key for _, key in tagged.found(["set"])} == {"star"}, "the others are proposals"
    one = sorted(is_set)[0]
    assert tagged.values(one)["star"] == "accepted"
    assert one in tagged.filtered(machine_tag="star")
    assert one not in tagged.filtered(tag="star"), "a machine tag does not look like a person's"
    assert {tag.state for tag in tagged.service.moments(LOCAL, "star", 1000)} == {"set", "accepted"}
    for version in stars[:12]:
        tagged.judge(version, "star", accept=False)
    tagged.tagger.run()
    assert tagged.found(["set"]) == set() and tagged.values(one)["star"] == "proposed"
