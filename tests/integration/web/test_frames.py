"""Frames of films as pictures, and searches by a part of one."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

import dampipe
from dampipe.features.frames.reader import FrameReader
from dampipe.kernel.container import Services
from dampipe.kernel.errors import Busy
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.web.app import create_app
from tests.support.split_scene import (
    BOTH,
    CIRCLE,
    CUT,
    CUT_AT,
    GREEN,
    LEFT,
    RED,
    RIGHT,
    SQUARE,
    make_split_scenes,
)
from tests.support.views import sha1_of


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    footage: Path = tmp_path_factory.mktemp("scenes")
    make_split_scenes(footage)
    Image.new("RGB", (400, 300), RED).save(footage / "still.png")
    with closing(
        dampipe.open(home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True, settle=0.0)
    ) as library:
        library.add(footage)
        library.process()
        yield library


@pytest.fixture(scope="module")
def scenes(opened: Any) -> TestClient:
    return TestClient(create_app(opened.service(Services)), "http://127.0.0.1/api/v1")


def centre(jpeg: bytes) -> tuple[int, ...]:
    """The colour in the middle of a picture."""
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    found: Any = picture.getpixel((picture.width // 2, picture.height // 2))
    return tuple(found)


def is_near(colour: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 12 for one, other in zip(colour, wanted, strict=True))


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (0, RED),
        (CUT_AT - 0.04, RED),
        (CUT_AT - 0.001, RED),
        (CUT_AT, GREEN),
        (CUT_AT + 0.03, GREEN),
        (900, GREEN),
    ],
)
def test_a_frame_is_the_one_in_view_at_its_time(
    scenes: TestClient, opened: Any, time: float, shown: tuple[int, int, int]
) -> None:
    answer = scenes.get(f"/assets/{sha1_of(opened, CUT)}/frame", params={"t": time})
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    assert is_near(centre(answer.content), shown)


@pytest.mark.parametrize("height", [180, 360])
def test_a_frame_has_the_height_that_is_asked_for(scenes: TestClient, opened: Any, height: int) -> None:
    answer = scenes.get(f"/assets/{sha1_of(opened, BOTH)}/frame", params={"t": 1, "height": height})
    assert Image.open(io.BytesIO(answer.content)).size == (2 * height, height)
    assert scenes.get(f"/assets/{sha1_of(opened, BOTH)}/frame", params={"height": 361}).status_code == 422


def test_a_frame_of_a_named_proxy_is_kept_and_a_still_has_one(scenes: TestClient, opened: Any) -> None:
    [hit] = scenes.get("/search", params={"q": CUT.removesuffix(".mp4"), "only": "names"}).json()["hits"]
    address = f"/assets/{hit['asset']}/frame"
    kept = scenes.get(address, params={"t": 1, "recipe": hit["recipes"]["proxy"]})
    assert "immutable" in kept.headers["cache-control"]
    assert "immutable" not in scenes.get(address, params={"t": 1, "recipe": "old"}).headers["cache-control"]
    still = scenes.get(f"/assets/{sha1_of(opened, 'still.png')}/frame", params={"t": 5})
    assert is_near(centre(still.content), RED)
    assert scenes.get(f"/assets/{'0' * 40}/frame").status_code == 404


@pytest.mark.parametrize(("part", "first"), [(LEFT, CIRCLE), (RIGHT, SQUARE)])
def test_a_part_of_a_frame_finds_what_looks_like_that_part(
    scenes: TestClient, opened: Any, part: str, first: str
) -> None:
    like = f"{sha1_of(opened, BOTH)}@1.0@{part}"
    hits = scenes.get("/search", params={"like": like, "kind": "video"}).json()["hits"]
    assert BOTH not in [hit["name"] for hit in hits], "the shot itself is no answer"
    assert hits[0]["name"] in (first, CUT) and first in [hit["name"] for hit in hits[:2]]
    other = next(hit for hit in hits if hit["name"] == (SQUARE if first == CIRCLE else CIRCLE))
    assert hits[0]["score"] > other["score"] + 0.1


@pytest.mark.parametrize("part", ["0,0,0,1", "0.6,0,0.5,1", "0,0,1,1.5"])
def test_what_is_no_part_of_a_picture_is_refused(scenes: TestClient, opened: Any, part: str) -> None:
    answer = scenes.get("/search", params={"like": f"{sha1_of(opened, BOTH)}@1@{part}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "search.part_invalid")


def test_frames_are_read_a_few_at_a_time_and_kept() -> None:
    asked = list[str]()

    class Store(DerivativeStore):
        def local_path(self, derivative: Derivative) -> Any:
            asked.append(derivative.key)
            return super().local_path(derivative)

    jpeg = io.BytesIO()
    Image.new("RGB", (320, 200), GREEN).save(jpeg, "JPEG", quality=95)
    blobs = MemoryBlobs()
    with blobs.workspace() as folder:
        (folder / "poster.jpg").write_bytes(jpeg.getvalue())
        blobs.put("aa/poster.jpg", folder / "poster.jpg")
    poster = Derivative(
        kind=DerivativeKind.POSTER, key="aa/poster.jpg", recipe="r", media_type="image/jpeg", size=1
    )
    reader = FrameReader(find_ffmpeg, Store(blobs))
    assert is_near(centre(reader.read(poster, 3.0)), GREEN)
    assert reader.read(poster, 7.0) == reader.read(poster, 3.0) and len(asked) == 1
    with pytest.raises(Busy):
        FrameReader(find_ffmpeg, Store(blobs), at_once=0, waiting=0).read(poster, 0.0)
