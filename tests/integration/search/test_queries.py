"""Words, negative words, pictures and moments as a question, and how the answer is cut into pages."""

import io

import numpy as np
import pytest
from PIL import Image

from dampipe.features.review.model import CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound, SearchUnavailable, Unavailable
from dampipe.media.info import MediaKind
from dampipe.media.outputs import Proxy
from dampipe.storage.limits import ScanLimits
from dampipe.vision.fake import FakeEmbedder
from dampipe.vision.query_arithmetic import MEANINGLESS
from dampipe.vision.tiny.drawing import COLOURS
from tests.support.pipeline import save_output
from tests.support.searching import Searching, media, sha1


def png(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), COLOURS[colour]).save(data, "PNG")
    return data.getvalue()


def test_hits_are_assets_by_their_best_frame_with_their_best_moments(library: Searching) -> None:
    library.add("x/mostly-blue.mp4", ["blue", "blue", "blue", "red", "blue"], shots=[0, 0, 1, 2, 3])
    library.add("x/orange.mp4", ["orange", "orange"])
    library.add("x/blue.mp4", ["blue"])
    found = library.find("red", moments=2, strong=False)
    assert [hit.name for hit in found.hits[:2]] == ["mostly-blue.mp4", "orange.mp4"]
    best = found.hits[0]
    assert best.moments[0].time == 15.0
    assert (best.moments[0].start, best.moments[0].end) == (15.0, 20.0)
    assert best.score == best.moments[0].score
    assert len(best.moments) == 2
    assert not found.more
    assert not best.weak


def test_flat_gives_a_hit_a_moment(here: Searching) -> None:
    here.add("x/both.mp4", ["red", "blue", "red"])
    here.add("x/pink.mp4", ["pink"])
    found = here.find("red", flat=True, strong=False)
    assert [(hit.name, hit.moments[0].time) for hit in found.hits] == [
        ("both.mp4", 0.0), ("both.mp4", 10.0), ("pink.mp4", 0.0), ("both.mp4", 5.0),
    ]  # fmt: skip
    assert all(len(hit.moments) == 1 for hit in found.hits)


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("words", ["red", "red clip3"])
def test_pages_put_together_are_the_whole(here: Searching, flat: bool, words: str) -> None:
    rng = np.random.default_rng(1)
    for number in range(30):
        here.add(f"x/clip{number}.mp4", rng.choice(list(COLOURS), 4).tolist())
    whole = here.find(words, limit=200, flat=flat, strong=False).hits
    assert len(whole) == (120 if flat else 30)
    pages = [here.find(words, limit=9, offset=at, flat=flat, strong=False) for at in range(0, len(whole), 9)]
    assert [hit for page in pages for hit in page.hits] == list(whole)
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]
    assert here.find(words, offset=1000, flat=flat).hits == ()


def test_unwanted_words_take_off_what_shows_them(here: Searching) -> None:
    here.add("x/purple.mp4", ["purple"])
    here.add("x/red.mp4", ["red"])
    here.add("x/pink.mp4", ["pink"])
    assert here.names("purple")[:2] == ["purple.mp4", "red.mp4"]
    assert here.names("purple -red")[:2] == ["purple.mp4", "pink.mp4"]
    assert here.names("purple", without=["red"]) == here.names('purple -"red"')
    with pytest.raises(InvalidInput, match="only unwanted words are given: red"):
        here.find("-red")


def test_a_picture_and_words_add_up(here: Searching) -> None:
    for colour in ("red", "yellow", "orange", "blue"):
        here.add(f"x/{colour}.mp4", [colour])
    assert here.names(image=png("blue"))[0] == "blue.mp4"
    assert here.names("red", image=png("yellow"), only="vision")[0] == "orange.mp4"
    with pytest.raises(InvalidInput, match="the picture cannot be read"):
        here.find(image=b"nonsense")


def test_a_moment_finds_what_looks_like_it_and_not_itself(here: Searching) -> None:
    first = here.add("x/a.mp4", ["red", "blue"])
    here.add("x/b.mp4", ["blue"])
    here.add("x/c.mp4", ["red"])
    assert here.names(like=[f"{first}@0:06.2"]) == ["b.mp4", "a.mp4", "c.mp4"]
    [itself] = [hit for hit in here.find(like=[f"{first[:8]}@6"]).hits if hit.asset == first]
    assert [moment.time for moment in itself.moments] == [0.0]
    assert here.names(like=[first]) == ["b.mp4", "c.mp4"] or here.names(like=[first]) == ["c.mp4", "b.mp4"]
    for wrong in ("ffffffff@1", "zzz"):
        with pytest.raises(InvalidInput):
            here.find(like=[wrong])
    for wrong, said in (
        (f"{first}@soon", "invalid time 'soon'"),
        (f"{first}@1:00", "a.mp4: it is 0:30.0 long"),
    ):
        with pytest.raises(InvalidInput, match=said):
            here.find(like=[wrong])
    with pytest.raises(NotFound, match="no vectors"):
        here.find(like=[here.add("x/silent.wav", info=media(MediaKind.AUDIO))])


def test_meaningless_words_find_weak_hits_only(here: Searching) -> None:
    for colour in COLOURS:
        here.add(f"x/{colour}.mp4", [colour])
    nonsense = here.find("blargh vogon", strong=False)
    assert nonsense.floor is not None
    assert nonsense.hits and not nonsense.weaker
    assert all(hit.weak and hit.moments[0].weak for hit in nonsense.hits)
    cut_off = here.find("blargh vogon")
    assert (cut_off.hits, cut_off.weaker) == ((), len(nonsense.hits))
    itself = here.find(max(MEANINGLESS, key=lambda text: here.find(text, strong=False).hits[0].score or 0))
    assert (itself.hits, itself.weaker) == ((), len(COLOURS)), (
        "what scores as high as a meaningless text is weak"
    )
    red = here.find("red")
    everything = here.find("red", strong=False).hits
    assert (red.hits[0].name, red.hits[0].weak) == ("red.mp4", False)
    assert red.weaker == len(everything) - len(red.hits) > 0
    assert [hit.name for hit in everything[: len(red.hits)]] == [hit.name for hit in red.hits], (
        "weak ones last"
    )
    assert [hit.weak for hit in everything] == [False] * len(red.hits) + [True] * red.weaker
    assert here.find(image=png("red")).floor is None


def test_a_text_is_computed_once(library: Searching) -> None:
    library.add("x/a.mp4", ["red"])
    asked = list[str]()

    class Counting(FakeEmbedder):
        def words(self, texts: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
            asked.extend(texts)
            return super().words(texts)

    library.embedder = Counting()
    for _ in range(3):
        library.find("red -blue")
    assert asked == ["red", "blue"]
    library.find("red")
    assert len(asked) > 2
    before = len(asked)
    library.find("blue")
    assert len(asked) == before, "neither the words nor the floor"


def test_without_a_model_names_still_answer(here: Searching) -> None:
    here.add("beach/a.mp4", ["red"])

    class Missing(FakeEmbedder):
        def words(self, texts: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
            raise Unavailable("no weights", hint="fetch them")

    here.embedder = Missing()
    found = here.find("beach")
    assert [hit.name for hit in found.hits] == ["a.mp4"]
    assert "no weights" in found.warnings[0]
    with pytest.raises(SearchUnavailable, match="no weights"):
        here.find("mountain")
    assert here.find("mountain", only="names").hits == ()


def test_what_was_not_looked_at_is_said(here: Searching) -> None:
    here.storage.scan_limits = ScanLimits(exact=5, page=6)
    here.add("x/a.mp4", ["red"])
    here.storage.advance(here.embedder.fingerprint)
    for number in range(20):
        here.add(f"x/{number}.mp4", ["blue"])
    found = here.find("red")
    assert found.hits[0].name == "a.mp4"
    assert found.warnings == ("14 moments were not searched: the vector index is being updated",)
    assert here.catalog.asked.floor(here.embedder.fingerprint) is None, "of a part it would be too low"
    here.storage.advance(here.embedder.fingerprint)
    assert here.find("red").warnings == ()
    assert here.catalog.asked.floor(here.embedder.fingerprint) is not None


def test_exact_shots_put_vectors_into_their_shots(library: Searching) -> None:
    asset = library.add("x/a.mp4", ["red", "blue", "green"], shots=[0, 1, 1])
    save_output(library.catalog, library.catalog.assets.find(asset).id, Proxy(shots=(0.0, 4.2, 9.9)))
    [hit] = library.find("green", limit=1).hits
    assert (hit.moments[0].shot, hit.moments[0].start, hit.moments[0].end) == (2, 9.9, 30.0)
    # Embedded again, with another model's choice of shots, they stay exact.
    library.add("x/a.mp4", ["red", "blue", "green"], shots=[0, 0, 0])
    assert library.catalog.vectors.of(sha1("x/a.mp4"), library.embedder.fingerprint)[1] == [0, 1, 2]


def test_words_show_where_they_are_in_the_file_and_in_its_comments(here: Searching) -> None:
    found = here.add("Überblick/A001 Café.mp4", ["red"])
    reviews = here.services.get(ReviewService)
    long = "x " * 100 + "the café is out of focus " + "y " * 100
    reviews.add(LOCAL, CommentRequest(asset=found, text=long))
    reviews.add(LOCAL, CommentRequest(asset=found, text="Cafeteria!", start="2"))
    [hit] = here.find("cafe uberblick").hits
    shown = {(one.field, tuple(one.text[first:last] for first, last in one.marks)) for one in hit.passages}
    assert shown == {("File name", ("Café",)), ("Folder", ("Überblick",)), ("Comment", ("café",))}
    [cut] = [one.text for one in hit.passages if one.field == "Comment"]
    assert cut.startswith("…") and cut.endswith("…") and len(cut) <= 170
    [comment] = [moment for moment in hit.moments if moment.comment]
    assert (comment.label, comment.marks) == ("Cafeteria!", ((0, 9),)), "it is not a passage as well"
    [named] = here.find("cafe", only="names").hits
    assert [one.field for one in named.passages] == ["File name"]
    assert here.find("red").hits[0].passages == ()
