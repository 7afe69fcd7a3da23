"""What the preview of a large, hashed, intra-only file in a bucket fetches of it, and how often a new file is fetched.

The server, and a proxy that counts what it sends, are on this machine. `REMOTE_RANGES_GB` is the size of the file.
"""

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from dampipe.jobs.model import RunState
from dampipe.kernel.stage_io import RemotePlace, SourceFile
from dampipe.media.excerpt.cutter import Cutter
from dampipe.media.excerpt.span import WantedSpan
from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.ffmpeg.sandbox import find_sandbox
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe
from dampipe.storage.files.base import FileStore
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.staging import FootageStaging
from tests.support.fault_proxy import FaultProxy
from tests.support.file_stores.s3 import opened, rclone_server
from tests.support.parts import NoWalls
from tests.support.remote_library import RemoteLibrary

GIGABYTES = float(os.environ.get("REMOTE_RANGES_GB", "1"))


def main() -> None:
    """Print bytes and seconds."""
    ffmpeg = find_ffmpeg()
    sandbox = find_sandbox("auto", ffmpeg.path)
    print(f"sandbox: {sandbox.reason}", flush=True)
    ffmpeg = replace(ffmpeg, sandbox=sandbox if sandbox.active else NoWalls())
    with tempfile.TemporaryDirectory() as temporary, rclone_server("--etag-hash", "") as (port, buckets, _):
        folder = Path(temporary)
        with FaultProxy("127.0.0.1", port) as proxy:
            large_file(ffmpeg, folder, proxy, buckets)
        with FaultProxy("127.0.0.1", port) as proxy:
            new_file(ffmpeg, RemoteLibrary("127.0.0.1", port, proxy, folder / "other"), buckets)


def large_file(ffmpeg: Ffmpeg, folder: Path, proxy: FaultProxy, buckets: Path) -> None:
    """The preview of a file that is hashed, and of which there is no copy."""
    place = buckets / "large" / "footage"
    place.mkdir(parents=True)
    short, clip = folder / "short.mov", place / "large.mov"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25:duration=1,noise=alls=7:allf=t"]
    record(ffmpeg, [*picture, "-c:v", "prores", "-profile:v", "3"], short)
    often = int(GIGABYTES * 1e9 / short.stat().st_size)
    record(ffmpeg, ["-stream_loop", str(often), "-i", f"file:{short}", "-c", "copy"], clip)
    size = clip.stat().st_size
    with closing(Prober(sandbox=ffmpeg.sandbox, ffmpeg=ffmpeg.path)) as prober:
        media = prober.probe(str(clip))
    store = opened(proxy.url, "s3://large/footage")
    entry = store.stat("large.mov")
    known = SourceFile(
        location=1,
        path="",
        size=size,
        mtime_ns=entry.mtime_ns,
        remote=RemotePlace(root=store.url, key=entry.key, checksum=entry.checksum, token=entry.token),
    )
    staging = FootageStaging(lambda _: store, FootageCache(folder / "cache"))
    maker = PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=224)), every_frame)
    before, asked, began = proxy.relayed, len(proxy.requests), time.monotonic()
    fetched: list[int] = []
    (folder / "made").mkdir()
    with staging.parts(known, lambda *_: None, fetched.append) as parts:
        assert parts is not None
        made = maker.make_of_parts(parts, media, folder / "made")
        on_disk = Path(parts.path).stat().st_blocks * 512
    assert made is not None, "it was left to the whole file"
    seconds = time.monotonic() - began
    print(
        f"  {media.duration:.0f} s of footage; {len(made.hash_times)} frames decoded; {on_disk / 1e6:.1f} MB on the disk"
    )
    print(f"  {sum('large.mov' in one for one in proxy.requests[asked:])} requests")
    what = f"the preview of a hashed intra-only file of {size / 1e9:.2f} GB"
    report(what, size, proxy.relayed - before, seconds, {"preview": sum(fetched)}, "<= 5 %")
    excerpt(ffmpeg, folder, proxy, store, known, media)
    clip.unlink()


def excerpt(
    ffmpeg: Ffmpeg, folder: Path, proxy: FaultProxy, store: FileStore, known: SourceFile, media: MediaInfo
) -> None:
    """Ten seconds from the middle of the same file, copied as they are."""
    clock = FrameClock.of_media(media)
    assert clock is not None
    middle = clock.times.count // 2
    span = WantedSpan(media, clock, "large.mov", clock.time(middle).seconds, clock.time(middle + 250).seconds)
    staging = FootageStaging(lambda _: store, FootageCache(folder / "cache of excerpts"))
    before, asked, began = proxy.relayed, len(proxy.requests), time.monotonic()
    fetched: list[int] = []
    (folder / "excerpt").mkdir()
    with staging.parts(known, lambda *_: None, fetched.append) as parts:
        assert parts is not None
        made = Cutter(ffmpeg).cut_parts(parts, span, folder / "excerpt")
    assert made is not None and made.frames == 250, "it was left to the whole file"
    seconds, sent = time.monotonic() - began, proxy.relayed - before
    print(f"  {made.frames} frames in {made.size / 1e6:.1f} MB; {len(proxy.requests) - asked} requests")
    report(
        "an excerpt of ten seconds", known.size, sent, seconds, {"excerpt": sum(fetched)},
        f"{sent / made.size:.2f} times the excerpt",
    )  # fmt: skip


def every_frame(_: object, times: list[float]) -> list[tuple[int, int]]:
    """A choice that leaves none out."""
    return [(row, 0) for row in range(len(times))]


def new_file(ffmpeg: Ffmpeg, remote: RemoteLibrary, buckets: Path) -> None:
    """All stages of a file."""
    place = buckets / remote.bucket / "footage"
    place.mkdir(parents=True)
    picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=1280x720:rate=25:duration=30",
        "-c:v",
        "mjpeg",
        "-q:v",
        "1",
    ]
    record(ffmpeg, picture, place / f"{uuid4().hex}.mov")
    size = next(place.iterdir()).stat().st_size
    with remote.open() as library:
        library.add(remote.root)
    began = time.monotonic()
    sent = remote.process()
    seconds, runs = time.monotonic() - began, remote.runs()
    assert {run.state for run in runs.values()} == {RunState.DONE}
    fetched = {name: run.fetched for name, run in runs.items()}
    report(
        f"hash, probe, preview and proxy of {size / 1e6:.0f} MB",
        size,
        sent,
        seconds,
        fetched,
        "1.00 times",
    )


def report(
    what: str, size: int, sent: int, seconds: float, fetched: Mapping[str, int], goal: str = ""
) -> None:
    """Print what was sent and recorded."""
    recorded = ", ".join(f"{name} {count / 1e6:.1f} MB" for name, count in fetched.items() if count)
    share = f"{sent / size:.3f} times the file, or {100 * sent / size:.2f} %"
    print(
        f"{what}: {sent / 1e6:.1f} MB sent, {share} {f'({goal})' if goal else ''}; {seconds:.1f} s; recorded: {recorded}"
    )


def record(ffmpeg: Ffmpeg, arguments: list[str], path: Path) -> None:
    """Make a clip."""
    ended = run_ffmpeg(ffmpeg, [*arguments, f"file:{path}"], Limits())
    assert ended.ok, ended.stderr
