"""Origins and destinations in storage: read once, noticed when they change, counted once they were read back."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from dampipe.features.imports.model import FileState, SessionState
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.files.base import StorageState
from dampipe.storage.files.memory import Bucket, MemoryFiles
from dampipe.storage.files.stores import FileStores
from tests.support.buckets import bucket, url_of
from tests.support.camera_card import contents, make_card, write
from tests.support.catalog import Catalog
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, client_of
from tests.support.importing import Importing
from tests.support.killed_imports import run_killed

CLIP = b"clip" * 2000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where copies wait to be put."""
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def origin() -> Iterator[Bucket]:
    with bucket() as made:
        for key, data in {
            "card7/day/C0001.MP4": CLIP, "card7/day/C0001M01.XML": b"xml", "card7/day/C0002.MP4": b"two" * 999,
            "card7/copy/C0001.MP4": CLIP, "card7/notes.txt": b"notes", "card7/index.ts": b"export const a = 1",
            "card7//odd.mov": b"odd", "elsewhere/x.mov": b"x",
        }.items():  # fmt: skip
            made.write(key, data, mtime_ns=1_714_990_000_000_000_000)
        yield made


def test_a_folder_of_a_bucket(here: Importing, origin: Bucket, tmp_path: Path) -> None:
    here.managed("a", tmp_path / "a")
    report = here.run("folder", f"{url_of(origin)}/card7/", "a")
    assert (report.state, report.adds_up, report.origin) == (
        SessionState.DONE,
        True,
        f"{url_of(origin)}/card7",
    )
    assert report.reasons == {"not_media": 2}
    assert (report.counts.inputs, report.counts.imported, report.counts.already_there) == (7, 4, 1)
    assert contents(tmp_path / "a") == {
        "copy/C0001.MP4": CLIP, "day/C0001M01.XML": b"xml", "day/C0002.MP4": b"two" * 999, "odd.mov": b"odd",
    }  # fmt: skip
    again = here.run("folder", f"{url_of(origin)}/card7", "a")
    assert again.adds_up and not again.counts.imported


def test_each_file_of_an_origin_is_read_once(here: Importing, origin: Bucket, tmp_path: Path) -> None:
    origin.remove("card7/copy/C0001.MP4")
    here.managed("a", tmp_path / "a")
    report = here.run("folder", f"{url_of(origin)}/card7", "a")
    copied = sum(len(data) for data in contents(tmp_path / "a").values())
    assert report.adds_up and copied <= origin.bytes_read <= copied + 4 * len(b"export const a = 1")


def test_a_card_in_a_bucket_keeps_its_structure(here: Importing, tmp_path: Path) -> None:
    card = make_card(tmp_path / "CARD1", clips=2)
    with bucket() as made:
        for path, data in contents(card).items():
            made.write(f"in/CARD1/{path}", data)
        here.managed("a", tmp_path / "a")
        report = here.run("folder", f"{url_of(made)}/in", "a", pattern="{name}")
    assert report.adds_up and contents(tmp_path / "a/CARD1") == contents(card)


def test_what_is_no_origin_is_refused(here: Importing, origin: Bucket, tmp_path: Path) -> None:
    here.managed("a", tmp_path / "a")
    with pytest.raises(NotFound, match="there is no folder"):
        here.begin("folder", f"{url_of(origin)}/nothing", "a")
    with pytest.raises(InvalidInput, match="takes no URLs"):
        here.begin("card", f"{url_of(origin)}/card7", "a")
    with pytest.raises(InvalidInput, match="not a valid"):
        here.begin("folder", "nonsense://x/y", "a")


def test_a_listing_that_breaks_off_imports_nothing_yet(
    here: Importing, origin: Bucket, tmp_path: Path
) -> None:
    here.managed("a", tmp_path / "a")
    number = here.begin("folder", f"{url_of(origin)}/card7", "a")
    origin.faults.stops_after = 3
    report = here.work(number)
    assert report.state is SessionState.BLOCKED and not report.counts.inputs
    origin.faults.stops_after = None
    here.service.resume(LOCAL, number)
    assert here.work(number).counts.imported == 4


def test_folders_that_cannot_be_listed_and_archived_files(
    here: Importing, origin: Bucket, tmp_path: Path
) -> None:
    here.managed("a", tmp_path / "a")
    origin.change("card7/day/C0002.MP4", state=StorageState.ARCHIVED, storage_class="DEEP_ARCHIVE")
    report = here.run("folder", f"{url_of(origin)}/card7", "a")
    file = here.files(report.number)["day/C0002.MP4"]
    assert report.adds_up and (file.reason, file.detail) == ("archived", "DEEP_ARCHIVE")


@pytest.mark.parametrize("fault", ["away", "refused"])
def test_a_store_that_is_away_blocks_the_import(
    here: Importing, origin: Bucket, tmp_path: Path, fault: str
) -> None:
    here.managed("a", tmp_path / "a")
    number = here.begin("folder", f"{url_of(origin)}/card7", "a")
    setattr(origin.faults, fault, "for a test")
    report = here.work(number)
    assert report.state is SessionState.BLOCKED and "for a test" in report.problem
    setattr(origin.faults, fault, "")
    here.service.resume(LOCAL, number)
    assert here.work(number).counts.imported == 4


def test_a_file_that_breaks_off_again_and_again_is_set_aside(
    here: Importing, origin: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.storage.files.reading.FIRST_PAUSE", 0.0)
    here.managed("a", tmp_path / "a")
    number = here.begin("folder", f"{url_of(origin)}/card7", "a")
    origin.faults.breaks_after = 0
    report = here.work(number)
    assert report.adds_up and report.reasons["unreadable"] == 6 and not contents(tmp_path / "a")


def test_a_file_that_is_replaced_while_it_is_read(
    here: Importing, origin: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another content of the same size and time: only the token tells."""
    here.managed("a", tmp_path / "a")
    real, left = MemoryFiles.open, [1]

    def replaced(self: MemoryFiles, key: str, *more: object) -> object:
        stream = real(self, key, *more)  # type: ignore[arg-type]
        if key == "day/C0002.MP4" and left[0]:
            left[0] -= 1
            origin.write("card7/day/C0002.MP4", b"TWO" * 999, mtime_ns=1_714_990_000_000_000_000)
        return stream

    monkeypatch.setattr(MemoryFiles, "open", replaced)
    report = here.run("folder", f"{url_of(origin)}/card7", "a")
    assert report.adds_up and not left[0]
    assert contents(tmp_path / "a")["day/C0002.MP4"] == b"TWO" * 999


# A real server


@pytest.fixture(scope="module")
def moto() -> Iterator[tuple[str, int]]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


class Served:
    """Two buckets of a server behind a proxy, and an import deployment that knows them."""

    def __init__(self, url: str, host: str, port: int, proxy: FaultProxy) -> None:
        self.direct = client_of(f"http://{host}:{port}")
        self.origin, self.footage = (f"b{uuid4().hex}" for _ in range(2))
        for name in (self.origin, self.footage):
            self.direct.create_bucket(Bucket=name)
        self.proxy = proxy
        self._url = url
        options = {
            "retries": {"mode": "standard", "total_max_attempts": 1},
            "connect_timeout": 5,
            "read_timeout": 30,
        }
        self.connection = Connection(
            url="s3://", endpoint_url=proxy.url, region="us-east-1", access_key_id=ACCESS_KEY,
            secret_access_key=SECRET, options=options,
        )  # fmt: skip
        self.here = self.deployment()

    def deployment(self) -> Importing:
        catalog = Catalog(Database(self._url))
        catalog.set_up()
        return Importing(catalog, stores=FileStores({"test": self.connection}))

    def put(self, key: str, data: bytes) -> None:
        self.direct.put_object(Bucket=self.origin, Key=key, Body=data)

    def objects(self) -> dict[str, bytes]:
        found = self.direct.list_objects_v2(Bucket=self.footage).get("Contents", [])
        return {
            one["Key"]: self.direct.get_object(Bucket=self.footage, Key=one["Key"])["Body"].read()
            for one in found
        }


@pytest.fixture
def served(tmp_path: Path, moto: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr("dampipe.storage.files.reading.FIRST_PAUSE", 0.01)
    with FaultProxy(*moto) as proxy:
        made = Served(f"sqlite:///{tmp_path}/catalogue.db", *moto, proxy)
        yield made
        made.here.close()


LARGE = bytes(range(256)) * 20_000


def test_a_server_that_goes_away_throttles_and_breaks_off(served: Served, tmp_path: Path) -> None:
    here = served.here
    here.managed("a", tmp_path / "a")
    served.put("card7/C0001.MP4", LARGE)
    served.put("card7/C0002.MP4", LARGE[::-1])
    served.proxy.cut(1_000_000, times=2, where="GET .*C0001")
    served.proxy.answer("503 Slow Down", "<Error><Code>SlowDown</Code></Error>", times=2, where="GET .*C0002")
    report = here.run("folder", f"s3://{served.origin}/card7", "a")
    assert report.adds_up and report.counts.imported == 2
    assert contents(tmp_path / "a") == {"C0001.MP4": LARGE, "C0002.MP4": LARGE[::-1]}
    served.put("card7/C0003.MP4", LARGE[:5_000_000])
    number = here.begin("folder", f"s3://{served.origin}/card7", "a")
    with served.proxy.away():
        assert here.work(number).state is SessionState.BLOCKED
    here.service.resume(LOCAL, number)
    report = here.work(number)
    assert report.adds_up and (report.counts.imported, report.counts.already_there) == (1, 2)


def test_copies_in_a_bucket_are_read_back_before_they_count(
    served: Served, tmp_path: Path, home: Path
) -> None:
    here, origin = served.here, tmp_path / "in"
    write(origin / "day/C0001.MP4", "one", 5000)
    write(origin / "day/C0001.xmp", "xmp", 50)
    write(origin / "other/C0001.MP4", "another", 5000)
    here.catalog.sources.add("cloud", f"s3://{served.footage}/lib", managed=True)
    here.managed("a", tmp_path / "a")
    report = here.run("folder", origin, "cloud", "a", pattern="{name}")
    assert (report.state, report.adds_up, report.counts.imported) == (SessionState.DONE, True, 3)
    wanted = {f"lib/{path}": data for path, data in contents(tmp_path / "a").items()}
    assert served.objects() == wanted and len(wanted) == 3
    assert report.manifests[0].left_out and not report.manifests[0].problem and report.manifests[1].files == 3
    assert [len(one.verified_at) for one in here.files(report.number).values()] == [2, 2, 2]
    assert report.destinations[0] == f"s3://{served.footage}/lib"
    assert not list((home / "imports").iterdir())
    again = here.run("folder", origin, f"s3://{served.footage}/lib", pattern="{name}")
    assert again.adds_up and not again.counts.imported and served.objects() == wanted


def test_what_a_store_gives_back_is_compared(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dampipe.storage.files.s3 import S3Files

    here, origin = served.here, tmp_path / "in"
    write(origin / "C0001.MP4", "one", 5000)
    write(origin / "C0002.MP4", "two", 4000)
    here.catalog.sources.add("cloud", f"s3://{served.footage}", managed=True)
    real = S3Files.put

    def corrupting(self: S3Files, key: str, file: Path, **more: object) -> object:
        if key == "C0001.MP4":
            file.write_bytes(b"\0" * file.stat().st_size)
        return real(self, key, file, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(S3Files, "put", corrupting)
    report = here.run("folder", origin, "cloud")
    assert report.adds_up and report.reasons == {"copy_differs": 1}
    assert set(served.objects()) == {"C0002.MP4"}


def test_a_name_that_another_object_has(served: Served, tmp_path: Path) -> None:
    here, origin = served.here, tmp_path / "in"
    write(origin / "C0001.MP4", "one", 5000)
    served.direct.put_object(Bucket=served.footage, Key="C0001.MP4", Body=b"x" * 5000)
    here.catalog.sources.add("cloud", f"s3://{served.footage}", managed=True)
    report = here.run("folder", origin, "cloud")
    assert report.adds_up and set(served.objects()) == {"C0001.MP4", "C0001-2.MP4"}
    assert served.objects()["C0001.MP4"] == b"x" * 5000


def test_only_managed_stores_are_written_to(served: Served, tmp_path: Path) -> None:
    write(tmp_path / "in/C0001.MP4", "one", 5000)
    served.here.catalog.sources.add("cloud", f"s3://{served.footage}")
    with pytest.raises(InvalidInput, match="managed"):
        served.here.begin("folder", tmp_path / "in", "cloud")


def test_a_destination_that_is_away_blocks_the_import(served: Served, tmp_path: Path) -> None:
    here = served.here
    write(tmp_path / "in/C0001.MP4", "one", 5000)
    here.catalog.sources.add("cloud", f"s3://{served.footage}", managed=True)
    number = here.begin("folder", tmp_path / "in", "cloud")
    with served.proxy.away():
        assert here.work(number).state is SessionState.BLOCKED
    here.service.resume(LOCAL, number)
    assert here.work(number).counts.imported == 1


@pytest.mark.timeout(600)
def test_a_worker_that_is_killed_while_it_puts_files(served: Served, tmp_path: Path, home: Path) -> None:
    origin = tmp_path / "in"
    for number in range(6):
        write(origin / f"C{number:04}.MP4", f"clip {number}", 3000 + number)
    here = served.here
    here.catalog.sources.add("cloud", f"s3://{served.footage}", managed=True)
    number = here.begin("folder", origin, "cloud")
    stores = FileStores({"test": served.connection})
    kills, deadline = 0, time.monotonic() + 500
    for step in (45, 30, 37, 52, 41, 33, 48, 35):
        kills += run_killed(here, number, step, stores=stores)
        for key, data in served.objects().items():
            assert data == (origin / key).read_bytes()
        assert time.monotonic() < deadline
    assert kills >= 4
    report = here.work(number)
    assert (report.state, report.adds_up) == (SessionState.DONE, True)
    states = {one.state for one in here.files(number).values()}
    assert states == {FileState.IMPORTED}, states
    assert served.objects() == contents(origin)
    assert not list((home / "imports").iterdir())
