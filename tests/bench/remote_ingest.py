"""Ingest from a bucket against ingest of the same clips from a disk: all stages, from the scan to the last proxy.

The server is on this machine, so that the link is not the limit. One process does one thing after the other, so that
what fetching costs is not hidden by what other workers do meanwhile.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import dampipe
from dampipe.app.demo.footage import make_footage
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.bench.cpu import both_in_turn, ratio, table
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, client_of, rclone_server

COPIES = 1
"""Of each clip of the demo."""
PADDING = 16_000_000
"""Bytes after the film of each file, so that its rate is that of a camera; players ignore them."""
ROUNDS = 3


def main() -> None:
    """Print seconds, rates and the ratio."""
    with tempfile.TemporaryDirectory() as temporary, rclone_server() as (port, buckets, _):
        folder = Path(temporary)
        footage = make_clips(folder)
        files = sorted(footage.iterdir())
        size = sum(file.stat().st_size for file in files)
        bucket, server = f"b{uuid4().hex}", f"http://127.0.0.1:{port}"
        client_of(server).create_bucket(Bucket=bucket)
        shutil.copytree(footage, buckets / bucket / "footage")
        connection = {
            "url": f"s3://{bucket}",
            "endpoint_url": server,
            "region": "us-east-1",
            "access_key_id": ACCESS_KEY,
            "secret_access_key": SECRET,
        }
        remote = {"connections": {"bench": connection}}
        taken = both_in_turn(
            {
                "local": lambda: ingest(folder, str(footage), {}, len(files)),
                "S3": lambda: ingest(folder, f"s3://{bucket}/footage", remote, len(files)),
            },
            ROUNDS,
        )
        cpu = {name: [one.cpu for one in values] for name, values in taken.items()}
        wall = {name: [one.wall for one in values] for name, values in taken.items()}
        table(f"ingest of {len(files)} clips, {size / 1e6:.0f} MB", cpu, wall)
        ratio("throughput, S3 / local, by the clock", wall["local"], wall["S3"], ">= 0.9")
        ratio("throughput, S3 / local, by processor seconds", cpu["local"], cpu["S3"], ">= 0.9")


def make_clips(folder: Path) -> Path:
    """The clips of the demo, several times, each with bytes of its own at its end."""
    footage = folder / "footage"
    footage.mkdir()
    for clip in make_footage(find_ffmpeg(None), folder / "demo"):
        for number in range(COPIES):
            data = clip.read_bytes() + number.to_bytes(8, "big") * (PADDING // 8)
            (footage / f"{clip.stem}-{number}.mp4").write_bytes(data)
    return footage


def ingest(folder: Path, root: str, settings: Mapping[str, Any], count: int) -> None:
    """All stages of all files, in a library of its own."""
    home = Path(tempfile.mkdtemp(dir=folder, prefix="home"))
    try:
        with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0, **settings) as library:
            library.add(root)
            library.process()
            done = sum(1 for video in library.videos() if len(video.derivatives) > 3)
            assert done == count, f"{done} assets are complete"
    finally:
        shutil.rmtree(home, ignore_errors=True)
