"""Pictures to search by are decoded in limited helpers, three formats only, few at a time."""

import io
import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from dampipe.features.search.pictures import MAX_PIXELS, QueryPictures
from dampipe.kernel.errors import Busy, InvalidInput, TooLarge
from dampipe.media.probe.prober import Prober
from dampipe.vision.base import FrameSpec

SPEC = FrameSpec(64)


@pytest.fixture(scope="module")
def pictures() -> QueryPictures:
    return QueryPictures(Prober)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def flat_png(width: int, height: int) -> bytes:
    """A grey PNG of any size, some thousandths of a byte a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    squeeze = zlib.compressobj(9)
    row = b"\0" + b"\x80" * width
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


EPS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n0 0 10 10 rectfill\nshowpage\n%%EOF\n"
)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, mode) for kind in ("PNG", "WEBP") for mode in ("RGB", "L", "P", "RGBA", "LA", "1")]
    + [("JPEG", mode) for mode in ("RGB", "L", "1", "CMYK")],
)
def test_the_documented_formats_are_read(pictures: QueryPictures, kind: str, mode: str) -> None:
    source = Image.new("RGB", (200, 100), (255, 0, 0) if mode not in ("L", "1", "LA") else (255, 255, 255))
    found = pictures.read(encoded(source.convert(mode), kind), SPEC)
    assert (found.shape, found.dtype) == ((1, 64, 64, 3), np.uint8)
    expected = np.array(source.getpixel((0, 0)))
    assert np.abs(found[0].astype(int) - expected).max() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fit", ["crop", "squash"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pixels_are_those_of_the_upright_picture(
    pictures: QueryPictures, orientation: int, fit: Any, interpolation: Any
) -> None:
    from PIL import ImageOps

    noise = np.random.default_rng(4).integers(0, 255, (15, 21, 3), np.uint8)
    source = Image.fromarray(noise).resize((210, 150))
    exif = Image.Exif()
    exif[274] = orientation
    data = encoded(source, "PNG", exif=exif)
    method = getattr(Image.Resampling, interpolation.upper())
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    wanted = (64, 64)
    expected = upright.resize(wanted, method) if fit == "squash" else ImageOps.fit(upright, wanted, method)
    found = pictures.read(data, FrameSpec(64, fit, interpolation))[0]
    assert np.abs(found.astype(int) - np.asarray(expected).astype(int)).max() <= 2


def test_a_clear_part_is_white(pictures: QueryPictures) -> None:
    found = pictures.read(encoded(Image.new("RGBA", (9, 9), (255, 0, 0, 0)), "PNG"), SPEC)
    assert found.min() == 255


@pytest.mark.parametrize(
    "kind",
    [
        "TIFF",
        "GIF",
        "BMP",
        "PCX",
        "PPM",
        "SGI",
        "ICO",
        "ICNS",
        "TGA",
        "JPEG2000",
        "DDS",
        "AVIF",
        "PDF",
        "EPS",
    ],
)
def test_no_other_format_is_opened(pictures: QueryPictures, kind: str) -> None:
    data = encoded(Image.new("RGB", (128, 128), "red"), kind)
    with pytest.raises(InvalidInput) as refused:
        pictures.read(data, SPEC)
    assert refused.value.code == "picture.unreadable"


def test_no_picture_starts_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    for name in ("gs", "gswin32c", "gswin64c", "convert", "djpeg", "ppmtogif"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho $0 $@ >> {ran}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    subprocess.run(["gs", "probe"], check=True)
    assert ran.read_text().endswith("/gs probe\n"), "the stub would be seen"
    ran.unlink()
    for data in (
        EPS,
        b"\xc5\xd0\xd3\xc6" + struct.pack("<6IH", 30, len(EPS), 0, 0, 0, 0, 0xFFFF) + EPS,
        b"%PDF-1.4\n",
    ):
        with pytest.raises(InvalidInput):
            QueryPictures(Prober).read(data, SPEC)
    assert not ran.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        flat_png(64, 64)[:60],
        b"\0" * 100_000,
    ],
    ids=lambda data: repr(data[:8]),
)
def test_what_is_no_picture_is_refused(pictures: QueryPictures, data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        pictures.read(data, SPEC)
    assert refused.value.code == "picture.unreadable"
    assert pictures.read(flat_png(8, 8), SPEC).shape == (1, 64, 64, 3), "and the next one is read"


@pytest.mark.parametrize("size", [(10_001, 10_000), (13_370, 13_370), (100_000, 100_000), (2**31 - 1, 1)])
def test_a_picture_of_too_many_pixels_is_not_decoded(pictures: QueryPictures, size: tuple[int, int]) -> None:
    header = flat_png(1, 1)
    data = header[:16] + struct.pack(">II", *size) + header[24:29]
    data += struct.pack(">I", zlib.crc32(data[12:])) + header[33:]
    with pytest.raises(TooLarge) as refused:
        pictures.read(data, SPEC)
    assert refused.value.code == "media.too_many_pixels"
    assert refused.value.parameters["limit"] == MAX_PIXELS // 1_000_000


def test_the_largest_picture_is_read(pictures: QueryPictures) -> None:
    found = pictures.read(flat_png(10_000, 10_000), SPEC)
    assert found.min() == found.max() == 128


def test_there_is_no_room_for_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    pictures = QueryPictures(Prober, at_once=1, waiting=2)
    original = Prober.fit

    def slow(self: Prober, *arguments: Any, **options: Any) -> Any:
        gate.wait(30)
        return original(self, *arguments, **options)

    monkeypatch.setattr(Prober, "fit", slow)
    outcomes: list[object] = []

    def read() -> None:
        try:
            outcomes.append(pictures.read(flat_png(8, 8), SPEC).shape)
        except Busy as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(outcomes) == 3)
    gate.set()
    for thread in threads:
        thread.join()
    assert outcomes == ["picture.busy"] * 3 + [(1, 64, 64, 3)] * 3


def test_a_helper_without_memory_or_time_fails_its_picture_only() -> None:
    for prober in (lambda: Prober(memory=64 << 20), lambda: Prober(0.4)):
        pictures = QueryPictures(prober, at_once=1)
        with pytest.raises(InvalidInput) as refused:
            pictures.read(flat_png(9900, 9900), SPEC)
        assert refused.value.code == "picture.unreadable"
    pictures = QueryPictures(lambda: Prober(memory=64 << 20), at_once=1)
    with pytest.raises(InvalidInput):
        pictures.read(flat_png(9900, 9900), SPEC)
    assert pictures.read(flat_png(8, 8), SPEC).shape == (1, 64, 64, 3)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


SERVER = """
import sys, dampipe
from dampipe.kernel.container import Services
from dampipe.web.app import create_app
from tests.support.serving import serving
with dampipe.open(home=sys.argv[1], model="tiny", in_process=True) as library:
    with serving(create_app(library.service(Services))) as url:
        print(url, flush=True)
        sys.stdin.read()
"""


def test_the_server_stays_small_whatever_pictures_it_is_sent(library: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    largest, beyond = flat_png(10_000, 10_000), flat_png(13_370, 13_370)
    assert len(beyond) < 1_000_000
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
    ) as server:  # fmt: skip
        assert server.stdout is not None and server.stdin is not None
        url = server.stdout.readline().strip()
        first = httpx.post(f"{url}/api/v1/search", content=flat_png(64, 64), timeout=60)
        assert first.status_code == 200
        before = peak(server.pid)
        assert httpx.post(f"{url}/api/v1/search", content=beyond, timeout=60).status_code == 413
        statuses: list[int] = []

        def post() -> None:
            statuses.append(httpx.post(f"{url}/api/v1/search", content=largest, timeout=120).status_code)

        threads = [threading.Thread(target=post) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        grown = peak(server.pid) - before
        server.stdin.close()
    print(f"the server grew by {grown / 1e6:.0f} MB")
    assert set(statuses) <= {200, 503} and 200 in statuses
    assert grown < 100e6, (
        f"the server grew by {grown / 1e6:.0f} MB; 2 GB a picture when it decoded them itself"
    )


def peak(pid: int) -> float:
    """Most bytes that a process has had in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024.0 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def test_pictures_over_http_are_answered_in_words(http: TestClient) -> None:
    answer = http.post("/api/v1/search", content=EPS)
    assert (answer.status_code, answer.json()["code"]) == (422, "picture.unreadable")
    assert "JPEG, PNG or WebP" in answer.json()["hint"]
    answer = http.post("/api/v1/search", content=flat_png(10_001, 10_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "media.too_many_pixels")


def test_more_pictures_than_have_room_wait_and_are_then_refused(
    http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from dampipe.kernel.faces import http as face

    monkeypatch.setattr(face, "PLACE_WAIT", 0.2)
    state = http.app.state  # type: ignore[attr-defined]
    before = getattr(state, "pictures", None)
    state.pictures = asyncio.Semaphore(0)
    try:
        answer = http.post("/api/v1/search", content=flat_png(8, 8))
    finally:
        state.pictures = before or asyncio.Semaphore(face.PICTURES_AT_ONCE)
    assert (answer.status_code, answer.json()["code"]) == (503, "picture.waiting")
    assert int(answer.headers["retry-after"]) > 0
