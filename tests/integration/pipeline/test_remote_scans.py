"""Scans of sources that are no folders: all that holds for a folder holds for a bucket, and nothing is rash."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dampipe.features.scanning.errors import ScanStopped
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.sources.folders import SourceFolders
from dampipe.features.sources.model import LocationState
from dampipe.media.filetypes import is_media
from dampipe.storage.files.memory import PAGE, Bucket
from tests.support.buckets import SERVER, bucket, url_of
from tests.support.scanning import Scanning


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = Scanning(catalogue_url)
    made.policy = ScanPolicy(is_media, 0.0)
    yield made
    made.close()


@pytest.fixture
def store() -> Iterator[Bucket]:
    with bucket() as made:
        for key in ("a.mp4", "notes.txt", "day1/b.mp4", "day1/c.mp4", "day2/deep/d.mp4", ".trash/e.mp4"):
            made.write(key, key.encode())
        yield made


def keys(here: Scanning, store: Bucket, state: LocationState = LocationState.PRESENT) -> list[str]:
    """The keys of the files that are in a state."""
    start = len(url_of(store)) + 1
    return sorted(path[start:] for path, facts in here.places().items() if facts[0] == state)


def test_a_second_scan_changes_nothing_and_asks_nothing_of_single_files(
    here: Scanning, store: Bucket
) -> None:
    found = here.scan(url_of(store))
    assert (found.state, found.found, found.new, found.warnings) == (ScanState.WALKED, 4, 4, ())
    assert keys(here, store) == ["a.mp4", "day1/b.mp4", "day1/c.mp4", "day2/deep/d.mp4"]
    assert len(here.hash_all()) == 4
    store.calls.clear()
    again = here.scan(url_of(store))
    assert (again.found, again.unchanged, again.active) == (4, 4, 0)
    assert store.calls == {"list": 1}


def test_files_are_told_for_what_they_are(here: Scanning, store: Bucket) -> None:
    here.scan(url_of(store))
    here.hash_all()
    store.write("a.mp4", b"other")
    store.remove("day1/b.mp4")
    store.write("day1/new.mp4", b"new")
    store.rename("day2/deep/d.mp4", "day3/moved.mp4")
    found = here.scan(url_of(store))
    assert (found.new, found.changed, found.moved, found.missing) == (1, 1, 1, 1)
    assert here.hash_all() == ["a.mp4", "new.mp4"]
    assert keys(here, store, LocationState.MISSING) == ["day1/b.mp4"]
    store.write("day1/b.mp4", b"day1/b.mp4")
    again = here.scan(url_of(store))
    assert (again.returned, again.unchanged) == (1, 4)
    assert here.hash_all() == []


@pytest.mark.parametrize(
    "key", ["a//b.mp4", "/b.mp4", "//b.mp4", "a/b /c.mp4", "100%/#1?.mp4", "z\udce9.mp4"]
)
def test_odd_keys_are_taken_as_they_are(here: Scanning, key: str) -> None:
    with bucket() as store:
        store.write(key, b"1")
        store.write("a/x.mp4", b"2")
        assert here.scan(url_of(store)).new == 2
        assert f"{url_of(store)}/{key}" in here.places()
        assert len(here.hash_all()) == 2
        assert here.scan(url_of(store)).unchanged == 2


def test_a_folder_that_sorts_between_another_and_its_files(here: Scanning) -> None:
    with bucket() as store:
        names = ("a/1.mp4", "a-b/2.mp4", "a.mp4", "a/c/3.mp4", "a0/4.mp4", "a!/5.mp4", "a!/b/6.mp4")
        for key in names:
            store.write(key, key.encode())
        assert here.scan(url_of(store)).new == len(names)
        here.hash_all()
        for gone in ("a/c/3.mp4", "a!/5.mp4"):
            store.remove(gone)
        found = here.scan(url_of(store))
        assert (found.new, found.missing, found.unchanged) == (0, 2, len(names) - 2)


def test_an_upload_of_the_same_content_is_not_read_again(here: Scanning, store: Bucket) -> None:
    here.scan(url_of(store))
    here.hash_all()
    store.write("a.mp4", b"a.mp4")  # another time, the same checksum
    store.change("day1/b.mp4", token="another-etag")
    found = here.scan(url_of(store))
    assert (found.changed, found.unchanged) == (0, 4)
    assert here.hash_all() == []
    store.calls.clear()
    assert here.scan(url_of(store)).unchanged == 4
    store.change("day1/b.mp4", token="a-third", checksum="")
    assert here.scan(url_of(store)).changed == 1  # nothing says that the content is the same


def test_without_checksums_a_token_says_whether_a_file_has_changed(here: Scanning) -> None:
    with bucket(has_checksums=False) as store:
        store.write("a.mp4", b"1", mtime_ns=1, token="t1-2")
        here.scan(url_of(store))
        here.hash_all()
        store.write("a.mp4", b"1", mtime_ns=2, token="t1-2")
        assert here.scan(url_of(store)).unchanged == 1
        store.write("a.mp4", b"2", mtime_ns=2, token="t2-2")
        assert here.scan(url_of(store)).changed == 1


def test_without_tokens_the_time_says_it_and_a_move_is_proven_by_content(here: Scanning) -> None:
    with bucket(has_checksums=False, has_tokens=False) as store:
        store.write("a.mp4", b"1", mtime_ns=1)
        store.write("b.mp4", b"2", mtime_ns=1)
        here.scan(url_of(store))
        here.hash_all()
        store.write("a.mp4", b"3", mtime_ns=2)
        store.rename("b.mp4", "c.mp4")
        found = here.scan(url_of(store))
        assert (found.changed, found.moved, found.new, found.missing) == (1, 0, 1, 1)
        assert here.hash_all() == ["a.mp4", "c.mp4"]


def test_two_candidates_for_a_move_are_read(here: Scanning) -> None:
    with bucket() as store:
        store.write("a.mp4", b"1")
        store.write("b.mp4", b"1")
        here.scan(url_of(store))
        here.hash_all()
        store.rename("a.mp4", "x/c.mp4")
        store.rename("b.mp4", "x/d.mp4")
        found = here.scan(url_of(store))
        assert (found.moved, found.new, found.missing) == (0, 2, 2)
        assert here.hash_all() == ["c.mp4", "d.mp4"]


@pytest.mark.parametrize("fault", ["away", "refused"])
def test_a_storage_that_does_not_answer_loses_nothing(here: Scanning, store: Bucket, fault: str) -> None:
    here.scan(url_of(store))
    here.hash_all()
    setattr(store.faults, fault, "token expired")
    for what in (url_of(store), f"{url_of(store)}/day1"):
        found = here.scan(what, accept_missing=True)
        assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)
        [warning] = found.warnings
        assert "token expired" in warning and "nothing was marked as missing" in warning
        assert "Check" in warning  # what to do
    assert len(keys(here, store)) == 4
    setattr(store.faults, fault, "")
    assert here.scan(url_of(store)).unchanged == 4


@pytest.mark.parametrize("listed", range(6))
def test_a_listing_that_stops_loses_nothing(here: Scanning, store: Bucket, listed: int) -> None:
    here.scan(url_of(store))
    here.hash_all()
    store.remove("a.mp4")
    store.write("z.mp4", b"last")
    store.faults.stops_after = listed
    found = here.scan(url_of(store), accept_missing=True)
    assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)
    assert "the connection was lost" in found.warnings[0] and "Scan again" in found.warnings[0]
    store.faults.stops_after = None
    found = here.scan(url_of(store))
    assert (found.state, found.missing, found.new) == (ScanState.WALKED, 1, 1)


def test_a_storage_that_dies_between_two_pages_loses_nothing(here: Scanning) -> None:
    with bucket() as store:
        for number in range(PAGE + 20):
            store.write(f"{number // 100:03}/{number:05}.mp4", b"%d" % number)
        here.scan(url_of(store))

        def die() -> None:
            store.faults.away = "gone" if store.calls["list"] % 2 else ""

        store.calls.clear()
        store.faults.on_page = die
        found = here.scan(url_of(store))
        assert (found.state, found.missing, found.found) == (
            ScanState.SUSPICIOUS,
            0,
            PAGE - 100,
        )  # but the last folder
        store.faults.on_page, store.faults.away = (lambda: None), ""
        assert here.scan(url_of(store)).unchanged == PAGE + 20


def test_only_what_lies_below_a_denied_prefix_is_not_called_missing(here: Scanning, store: Bucket) -> None:
    here.scan(url_of(store))
    here.hash_all()
    store.faults.denied = ("day1/",)
    store.remove("day2/deep/d.mp4")
    found = here.scan(url_of(store))
    assert (found.state, found.missing, found.found) == (ScanState.WALKED, 1, 1)
    assert found.warnings == (f"{url_of(store)}/day1 cannot be listed: access denied",)
    store.faults.denied = ("d",)  # any folder whose name begins so
    store.write("day2/deep/d.mp4", b"day2/deep/d.mp4")
    assert here.scan(url_of(store)).missing == 0
    store.faults.denied = ("day1/b",)
    store.remove("day1/c.mp4")
    assert here.scan(url_of(store)).missing == 0  # of the folder, nothing certain is known
    store.faults.denied = ()
    assert here.scan(url_of(store)).missing == 1


def test_an_empty_bucket_is_doubted_and_a_great_loss_too(here: Scanning) -> None:
    with bucket() as store:
        for number in range(20):
            store.write(f"day/{number}.mp4", b"%d" % number)
        here.scan(url_of(store))
        here.hash_all()
        before = dict(store.files)
        for key in before:
            store.remove(key)
        found = here.scan(url_of(store))
        assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)
        assert "is empty, but 20 files are known there" in found.warnings[0]
        store.write("day/0.mp4", b"0")
        found = here.scan(url_of(store))
        assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)
        assert "lacks 19 of 20 known files" in found.warnings[0]
        found = here.scan(url_of(store), accept_missing=True)
        assert (found.state, found.missing) == (ScanState.WALKED, 19)


def test_a_folder_and_a_file_can_be_scanned_alone(here: Scanning, store: Bucket) -> None:
    here.scan(f"{url_of(store)}/day1")
    assert keys(here, store) == ["day1/b.mp4", "day1/c.mp4"]
    found = here.scan(f"{url_of(store)}/day2/deep/d.mp4")
    assert (found.found, found.new) == (1, 1)
    store.write("odd.name", b"film")
    assert here.scan(f"{url_of(store)}/odd.name").new == 1  # named by a person
    here.hash_all()
    found = here.scan(url_of(store))
    assert f"{url_of(store)}/odd.name" in here.places()
    assert found.missing == 0
    found = here.scan(f"{url_of(store)}/none.mp4")
    assert (found.state, found.found) == (ScanState.SUSPICIOUS, 0)
    assert found.warnings == (f"{url_of(store)}/none.mp4 does not exist",)


def test_a_source_inside_another_keeps_its_files(here: Scanning, store: Bucket) -> None:
    here.scan(url_of(store))
    here.hash_all()
    here.catalog.sources.add("inner", f"{url_of(store)}/day1", on_nested=SourceFolders.hand_over)
    found = here.scan(url_of(store))
    assert (found.found, found.unchanged, found.missing) == (4, 4, 0)
    assert here.hash_all() == []
    assert {source.root for source in here.catalog.sources.all()} == {url_of(store), f"{url_of(store)}/day1"}


def test_cards_are_read_as_in_a_file_system(here: Scanning) -> None:
    with bucket() as store:
        for key in (
            "x/PRIVATE/M4ROOT/CLIP/C0001.MP4", "x/PRIVATE/M4ROOT/CLIP/C0001M01.XML",
            "x/PRIVATE/M4ROOT/SUB/C0001S03.MP4", "x/PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
            "x/PRIVATE/M4ROOT/MEDIAPRO.XML", "x/DCIM/100GOPRO/GX010002.MP4", "x/DCIM/100GOPRO/GX010002.THM",
            "x/DCIM/100GOPRO/GL010002.LRV", "x/Contents/Audio/song.wav",
            "p2/CONTENTS/AUDIO/0001AB00.MXF", "p2/CONTENTS/CLIP/0001AB.XML", "p2/CONTENTS/VIDEO/0001AB.MXF",
            "p2/CONTENTS/PROXY/0001AB.MP4", "lone/A.LRV",
        ):  # fmt: skip
            store.write(key, key.encode())
        here.scan(url_of(store))
        assert keys(here, store) == [
            "lone/A.LRV", "p2/CONTENTS/VIDEO/0001AB.MXF", "x/Contents/Audio/song.wav",
            "x/DCIM/100GOPRO/GX010002.MP4", "x/PRIVATE/M4ROOT/CLIP/C0001.MP4",
        ]  # fmt: skip
        here.hash_all()
        assert _sidecars(here, "C0001.MP4") == [
            f"{url_of(store)}/x/PRIVATE/M4ROOT/CLIP/C0001M01.XML",
            f"{url_of(store)}/x/PRIVATE/M4ROOT/SUB/C0001S03.MP4",
            f"{url_of(store)}/x/PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
        ]
        assert _sidecars(here, "0001AB.MXF") == [
            f"{url_of(store)}/p2/CONTENTS/AUDIO/0001AB00.MXF",
            f"{url_of(store)}/p2/CONTENTS/CLIP/0001AB.XML",
            f"{url_of(store)}/p2/CONTENTS/PROXY/0001AB.MP4",
        ]
        store.faults.denied = ("p2/CONTENTS/CLIP/",)  # without it, it is no card
        assert here.scan(url_of(store)).missing == 0
        assert "p2/CONTENTS/AUDIO/0001AB00.MXF" not in keys(here, store)
        store.faults.denied = ()
        assert here.scan(url_of(store)).unchanged == 5


def _sidecars(here: Scanning, name: str) -> list[str]:
    with here.catalog.database.read() as connection:
        found = connection.exec_driver_sql("SELECT id, name FROM version").all()
    [asset] = [row.id for row in found if row.name == name]
    return here.catalog.assets.sidecars(asset)


def test_another_spelling_is_no_other_file(here: Scanning) -> None:
    composed, decomposed = (unicodedata.normalize(form, "été/é.mp4") for form in ("NFC", "NFD"))
    with bucket() as store:
        store.write(composed, b"1")
        here.scan(url_of(store))
        here.hash_all()
        store.remove(composed)
        store.write(decomposed, b"1")
        found = here.scan(url_of(store))
        assert (found.new, found.missing, found.unchanged) == (0, 0, 1)
        assert keys(here, store) == [decomposed]
        store.write(composed, b"2")  # here, both exist
        assert here.scan(url_of(store)).new == 1
        assert keys(here, store) == sorted([composed, decomposed])


def test_lookalikes_are_told_by_their_first_bytes_and_once(here: Scanning) -> None:
    with bucket() as store:
        store.write("web/index.ts", b"export const a = 1;\n" * 1000)
        store.write("web/stream.ts", b"\x47" + b"\0" * 187 + b"\x47" + b"\0" * 187 + b"\x47" + b"\0" * 700)
        found = here.scan(url_of(store))
        assert (found.new, found.unknown.suffixes) == (1, {".ts": 1})
        assert store.bytes_read < 40_000
        store.calls.clear()
        assert here.scan(url_of(store)).unknown.suffixes == {".ts": 1}
        assert store.calls == {"list": 1}


def test_what_is_written_in_place_is_taken_once_it_looks_the_same_twice(here: Scanning) -> None:
    here.policy = replace(here.policy, settle=0.2)
    with bucket(SERVER) as store:
        # The clock of a server that is years ahead or behind says nothing.
        store.write("past.mp4", b"1", mtime_ns=10**15)
        store.write("future.mp4", b"1", mtime_ns=4 * 10**18)
        number = here.catalog.scans.create([url_of(store)])
        job = here.catalog.scans.claim(number, "me", 60)
        assert job is not None
        walk = here.walk(job)
        sleeps = []

        def sleep(seconds: float) -> None:
            sleeps.append(seconds)
            store.write("past.mp4", b"12", mtime_ns=10**15)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dampipe.features.scanning.walk.time.sleep", sleep)
            walk.run()
        assert len(sleeps) == 1 and 0 < sleeps[0] <= 0.2
        assert walk.growing == [f"{url_of(store)}/past.mp4"]
        assert keys(here, store) == ["future.mp4"]
        assert here.scan(url_of(store)).new == 1
        assert keys(here, store) == ["future.mp4", "past.mp4"]


@pytest.mark.parametrize("traits", [None, SERVER])
def test_an_object_store_is_not_waited_for(here: Scanning, traits: object) -> None:
    here.policy = replace(here.policy, settle=0.05)
    with bucket(SERVER if traits is SERVER else None) as store:
        store.write("a.mp4", b"1")
        assert here.scan(url_of(store)).new == 1
        assert store.calls["stat"] == (1 if traits is SERVER else 0)


@pytest.mark.parametrize("after", range(1, 12, 2))
def test_an_interrupted_walk_goes_on_and_counts_right(here: Scanning, after: int) -> None:
    here.policy = replace(here.policy, write_interval=0.0)
    with bucket() as store:
        for number in range(12):
            for folder in (f"a{number}", f"a{number}/b", f"a{number}-c"):
                store.write(f"{folder}/x.mp4", f"{folder}".encode())
        here.scan(url_of(store))
        here.hash_all()
        store.remove("a3/x.mp4")
        store.write("a7/b/x.mp4", b"changed")
        store.write("a9-c/y.mp4", b"new")
        number = here.catalog.scans.create([url_of(store)])
        job = here.catalog.scans.claim(number, "me", -1.0)
        assert job is not None
        walk = here.walk(job)
        real, count = walk._write, 0

        def write() -> None:
            nonlocal count
            count += 1
            if count > after:
                raise ScanStopped
            real()

        walk._write = write  # type: ignore[method-assign]
        with pytest.raises(ScanStopped):
            walk.run()
        here.attempt(number)
        found = here.catalog.scans.progress(number)
        assert (found.found, found.changed, found.new, found.missing) == (36, 1, 1, 1)


def test_a_storage_that_lists_out_of_order_is_not_believed(here: Scanning, store: Bucket) -> None:
    here.scan(url_of(store))
    here.hash_all()
    store._order.sort(reverse=True)
    found = here.scan(url_of(store))
    assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)


def test_patterns_hold(here: Scanning, store: Bucket) -> None:
    here.catalog.sources.add("s", url_of(store), exclude=("day1/",))
    store.write("day2/proxy.mp4", b"1")
    assert here.scan(url_of(store)).found == 3
    here.catalog.sources.add("s", url_of(store), exclude=("proxy.mp4",), include=("day2/",))
    here.scan(url_of(store), accept_missing=True)
    assert keys(here, store) == ["day2/deep/d.mp4"]
