"""Ingest from a bucket against ingest of the same clips from a disk: hash, probe, preview and proxy, in a whole deployment
each time. The server is on this machine, so that the link is not the limit.

What is timed is from the submission of the scan until the last proxy is done. Every deployment is new, and both are
warm before the clock starts: their workers have done one clip.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import boto3
from botocore.config import Config

from dampipe.app.demo.footage import make_footage
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.bench.timing import in_turn, report
from tests.support.deployment import Deployment
from tests.support.file_stores.s3 import ACCESS_KEY, SECRET, rclone_server

COPIES = 8
"""Of each clip; each has a content of its own."""
PADDING = 8_000_000
"""Bytes after the film of each file, so that transfers are a part of the work; players ignore them."""
ROUNDS = 3
CONFIG = """
[connections.bench]
url = "s3://{bucket}"
endpoint_url = "http://127.0.0.1:{port}"
region = "us-east-1"
access_key_id = "{key}"
secret_access_key = "{secret}"
"""


def main() -> None:
    """Print seconds, rates and the ratio."""
    with tempfile.TemporaryDirectory() as temporary, rclone_server() as (port, buckets):
        folder = Path(temporary)
        footage = make_clips(folder)
        files = sorted(footage.iterdir())
        size = sum(file.stat().st_size for file in files)
        bucket = f"b{uuid4().hex}"
        client = boto3.session.Session(ACCESS_KEY, SECRET, region_name="us-east-1").client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            config=Config(s3={"addressing_style": "path"}),
        )
        client.create_bucket(Bucket=bucket)
        shutil.copytree(footage, buckets / bucket / "footage")
        config = CONFIG.format(bucket=bucket, port=port, key=ACCESS_KEY, secret=SECRET)
        contenders: dict[str, Callable[[], float]] = {
            "local": lambda: ingest(folder, str(footage), files, config),
            "S3": lambda: ingest(folder, f"s3://{bucket}/footage", files, config),
        }
        seconds = in_turn(contenders, ROUNDS)
        report(f"ingest of {len(files)} clips, {size / 1e6:.0f} MB", seconds, "MB", size // 10**6)
        print("  throughput S3 / local: the ratio above; goal >= 0.9", flush=True)


def make_clips(folder: Path) -> Path:
    """The clips of the demo, several times, each with bytes of its own at its end."""
    footage = folder / "footage"
    footage.mkdir()
    for clip in make_footage(find_ffmpeg(None), folder / "demo"):
        for number in range(COPIES):
            data = clip.read_bytes() + number.to_bytes(8, "big") * (PADDING // 8)
            (footage / f"{clip.stem}-{number}.mp4").write_bytes(data)
    return footage


def ingest(folder: Path, root: str, files: list[Path], config: str) -> float:
    """Seconds from the submission until everything is done, in a deployment of its own."""
    home = Path(tempfile.mkdtemp(dir=folder, prefix="home"))
    deployment = Deployment(home, model="tiny")
    (home / "dampipe.toml").write_text(config)
    try:
        warm = folder / "warm"
        if not warm.exists():
            warm.mkdir()
            (warm / "warm.mp4").write_bytes(files[0].read_bytes()[: -PADDING // 2])
        deployment.up()
        deployment.run("enqueue", "--wait", warm)
        deployment.wait_for(lambda: deployment.finished("proxy", 1))
        began = time.perf_counter()
        deployment.run("enqueue", root)
        deployment.wait_for(lambda: deployment.finished("proxy", 1 + len(files)), seconds=1800)
        return time.perf_counter() - began
    finally:
        deployment.kill_all()
        shutil.rmtree(home, ignore_errors=True)
