"""The small inputs and the real footage beside a checkout, from the scan to the export, by the Python API."""

import csv
import io
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import dampipe
from dampipe.features.search.clips import ClipService
from dampipe.features.search.model import ExportRequest
from dampipe.jobs.model import RunState
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline import Format
from tests.support.cases import CASES

pytestmark = [
    pytest.mark.skipif(not CASES.is_dir(), reason="no real footage beside this checkout"),
    pytest.mark.timeout(900),
]

FOOTAGE = CASES.with_name("footage")
BT2020 = "its colour primaries and matrix are not specified: BT.2020 was assumed"
WARNINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "pq_transfer_only_720.mp4": {"preview": (BT2020,), "proxy": (BT2020,)},
    "p02_zero_original.jpg": {
        "probe": ("its recording time is not valid (DateTimeOriginal: 0000:00:00 00:00:00)",)
    },
    "p04_year1.jpg": {"probe": ("its recording time is not valid (DateTimeOriginal: 0001:01:01 00:00:00)",)},
}
"""Name -> stage -> warnings; no other file causes one."""
EXPORT_WARNINGS = (
    "code30_on_24.mov: its time code 00:48:00:28 counts 30 frames per second, its picture has 23.976",
    "df_flag_30.mov: its time code 01:00:03;18 is drop-frame, which does not exist at 30 frames per second",
)


class Processed:
    """A library that contains all files, processed."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.sha1s = {video.name: video.sha1 for video in library.videos()}

    def details(self, name: str) -> Any:
        return self.library.show(self.sha1s[name])

    def media(self, name: str) -> MediaInfo:
        media: MediaInfo = self.details(name).video.media
        return media

    def poster(self, name: str) -> NDArray[np.float64]:
        """Shape (height, width, 3), 0 to 255."""
        with self.library.open_derivative(self.sha1s[name], "poster") as stream:
            return np.asarray(Image.open(io.BytesIO(stream.read())).convert("RGB"), float)

    def export(self, form: Format) -> Any:
        return self.library.service(ClipService).export(
            LOCAL, ExportRequest(words="", format=form, limit=100)
        )


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processed]:
    home = tmp_path_factory.mktemp("home")
    folders = [CASES, *([FOOTAGE] if FOOTAGE.is_dir() else [])]
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add(*folders)
        library.process()
        yield Processed(library)


def test_every_file_is_done_with_no_warning_but_the_right_ones(processed: Processed) -> None:
    paths = [path for folder in (CASES, FOOTAGE) if folder.is_dir() for path in folder.iterdir()]
    assert set(processed.sha1s) >= {path.name for path in paths if path.suffix != ".md"}
    for name in processed.sha1s:
        runs = processed.details(name).runs
        assert {run.stage for run in runs} >= {"hash", "probe", "preview", "embed", "proxy", "index"}, name
        assert {run.state for run in runs} == {RunState.DONE}, (name, runs)
        warnings = {run.stage: run.warnings for run in runs if run.warnings}
        assert warnings == WARNINGS.get(name, {}), name
        if processed.media(name).kind is MediaKind.STILL:
            with pytest.raises(NotFound):
                processed.library.open_derivative(processed.sha1s[name], "proxy")
        else:
            with processed.library.open_derivative(processed.sha1s[name], "proxy") as stream:
                assert stream.read(12)[4:8] == b"ftyp", name
        assert processed.poster(name).std() > 0 or name.startswith("p0"), name


def test_hdr_without_primaries_and_matrix(processed: Processed) -> None:
    poster = processed.poster("pq_transfer_only_720.mp4")
    height, width = poster.shape[:2]
    columns = (poster[height // 4 :, int(width * (number + 0.5) / 6)] for number in range(6))
    bars = [np.median(column, axis=0) for column in columns]
    strong = [tuple(int(value > 128) for value in bar) for bar in bars]
    red, green, yellow, blue, magenta, cyan = (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1)
    assert strong == [red, green, yellow, blue, magenta, cyan]


ICTCP_BARS = (
    (323, 360, 962),
    (578, 213, 133),
    (841, 61, 583),
    (166, 944, 451),
    (423, 808, 883),
    (680, 666, 62),
)
"""I, Ct and Cp of the bars of c33_pq_ictcp.mp4: 10 bit, limited range."""


def light_of_ictcp(code: tuple[int, int, int]) -> NDArray[np.float64]:
    """Linear light in BT.709 primaries, in cd/m², by ITU-R BT.2100; negative outside of these primaries."""
    opponent = np.array([(code[0] - 64) / 876, (code[1] - 512) / 896, (code[2] - 512) / 896])
    to_lms = np.array([[1, 0.008609, 0.11103], [1, -0.008609, -0.11103], [1, 0.560031, -0.320627]])
    power = (to_lms @ opponent).clip(0) ** (32 / 2523)
    lms = 10_000 * ((power - 107 / 128).clip(0) / (2413 / 128 - 2392 / 128 * power)) ** (8192 / 1305)
    to_2020 = np.array(
        [[3.43661, -2.50645, 0.06985], [-0.79133, 1.9836, -0.19227], [-0.02595, -0.09891, 1.12486]]
    )
    to_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
    return np.asarray(to_709 @ (to_2020 @ lms))


def test_hdr_in_ictcp(processed: Processed) -> None:
    """The bars are too saturated for exact values to be right, so what is compared is which channel is stronger."""
    poster = processed.poster("c33_pq_ictcp.mp4")
    for number, code in enumerate(ICTCP_BARS):
        column = poster[60:230, int(320 * (number + 0.5) / 6)]
        light, shown = light_of_ictcp(code), np.median(column, axis=0)
        assert shown.max() > 50, number
        for one, other in permutations(range(3), 2):
            if light[one] > light[other] + 20:
                # The two strongest channels of yellow are both at the maximum.
                assert shown[one] > shown[other] + 15 or shown[other] > 250, (number, one, other)


@pytest.mark.parametrize(("name", "start"), [("late.mkv", 3600.0), ("video_only_2_5s.mkv", 2.5)])
def test_files_that_begin_late(processed: Processed, name: str, start: float) -> None:
    media = processed.media(name)
    assert media.duration == pytest.approx(6, abs=0.05)
    assert media.start == start
    assert media.video is not None
    assert media.video.start == 0
    with processed.library.open_derivative(processed.sha1s[name], "poster") as stream:
        found = processed.library.search(image=stream.read(), limit=100, moments=50)
    hit = next(hit for hit in found.hits if hit.asset == processed.sha1s[name])
    assert hit.moments
    assert all(0 <= moment.time < 6.03 for moment in hit.moments)
    clip = rows(processed)[name]
    assert (float(clip["in"]), float(clip["out"])) == (0, pytest.approx(6, abs=0.05))


@pytest.mark.parametrize("name", ["IMG_1001.MOV", "BMCam_tc.mov"])
def test_rates_that_are_not_exact(processed: Processed, name: str) -> None:
    video = processed.media(name).video
    assert video is not None
    assert video.rate == Fraction(30000, 1001)
    assert video.average_rate != video.rate


CODES = {
    "BMCam_tc.mov": ("10:00:00;00", "10:00:00;00", "DROP FRAME"),
    "IMG_1001.MOV": (None, "00:00:00:00", "NON-DROP FRAME"),
    "code30_on_24.mov": ("00:48:00:28", "00:48:00:22", "NON-DROP FRAME"),
    "df_flag_30.mov": ("01:00:03;18", "01:00:03:18", "NON-DROP FRAME"),
    "ok_2997_ndf.mov": ("01:00:00:00", "01:00:00:00", "NON-DROP FRAME"),
    "remuxed_plain.mkv": ("10:00:00:00", "10:00:00:00", "NON-DROP FRAME"),
}
"""Name -> time code of the file, in point of its clip in its own base, mode in an EDL."""


@pytest.mark.parametrize("name", CODES)
def test_time_codes(processed: Processed, name: str) -> None:
    code, start, mode = CODES[name]
    assert processed.media(name).timecode == code
    assert rows(processed)[name]["timecode in"] == start
    assert events(processed)[name][0] == mode
    if name != "code30_on_24.mov":  # its last field is converted to the base of the EDL
        assert events(processed)[name][1] == start


@pytest.mark.parametrize("form", Format)
def test_an_export_of_everything(processed: Processed, form: Format) -> None:
    rendered = processed.export(form)
    assert rendered.warnings == EXPORT_WARNINGS
    for name in processed.sha1s:
        assert name in rendered.text


def rows(processed: Processed) -> dict[str, dict[str, str]]:
    """Name -> fields of the CSV."""
    return {row["name"]: row for row in csv.DictReader(io.StringIO(processed.export(Format.CSV).text))}


def events(processed: Processed) -> dict[str, tuple[str, str]]:
    """Name -> mode and in point of the source in the EDL."""
    found, mode, start = {}, "", ""
    for line in processed.export(Format.EDL).text.splitlines():
        if line.startswith("FCM: "):
            mode = line.removeprefix("FCM: ")
        elif match := re.match(r"\d{3}  \S+ +\S+ +C +(\S+)", line):
            start = match[1]
        elif line.startswith("* FROM CLIP NAME:"):
            found[line.split(":", 1)[1].strip()] = (mode, start)
    return found


def test_the_film_is_used_instead_of_the_poster_before_it(processed: Processed) -> None:
    media = processed.media("c22_poster_first.mkv")
    assert media.video is not None
    assert (media.video.index, media.video.codec, media.video.width) == (1, "h264", 320)
    assert media.duration == pytest.approx(4, abs=0.05)


def test_tiff(processed: Processed) -> None:
    """The same picture in three forms: a light corner on each side of the top, a dark one at the bottom left."""
    for name in ("grey_o6.tif", "float12.tif", "big.tif"):
        poster = processed.poster(name)
        assert poster.shape == (200, 320, 3), name
        left, right, low, middle = (
            poster[y, x].mean() for y, x in ((20, 20), (20, 300), (180, 20), (100, 160))
        )
        assert left > middle + 20, name
        assert right > left + 20 or name == "big.tif", name
        assert low < middle or name == "big.tif", name
        assert 20 < poster.mean() < 200, name
    corners = [processed.poster("big.tif")[y, x].argmax() for y, x in ((20, 20), (20, 300), (180, 20))]
    assert corners == [0, 1, 2], "red, green, blue"
    media = processed.media("grey_o6.tif")
    assert media.video is not None
    assert (media.video.width, media.video.height, media.video.rotation) == (200, 320, 90)


def test_times_of_recording_that_are_not_valid(processed: Processed) -> None:
    assert str(processed.media("p02_zero_original.jpg").created_at) == "2015-06-07 08:09:10"
    assert processed.media("p04_year1.jpg").created_at is None
