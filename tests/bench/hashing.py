"""SHA-1 of a cached file: ours against `openssl dgst -sha1` and sha1sum."""

import os
import subprocess
import tempfile
from pathlib import Path

from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import sha1_file
from tests.bench.cpu import in_turn, ratio, table

SIZE = 1 << 30


def main() -> None:
    """Print processor seconds and ratios."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        path = Path(place) / "large.bin"
        block = os.urandom(1 << 24)
        with path.open("wb") as stream:
            for _ in range(SIZE // len(block)):
                stream.write(block)
        there = path.stat()
        source = SourceFile(location=0, path=str(path), size=there.st_size, mtime_ns=there.st_mtime_ns)
        seconds = in_turn(
            {
                "dampipe": lambda: sha1_file(source),
                "openssl dgst -sha1": lambda: _run("openssl", "dgst", "-sha1", str(path)),
                "sha1sum": lambda: _run("sha1sum", str(path)),
            }
        )
        table("SHA-1 of 1 GiB in the cache", seconds)
        ratio("openssl / dampipe", seconds["openssl dgst -sha1"], seconds["dampipe"], ">= 1.0")
        ratio("sha1sum / dampipe", seconds["sha1sum"], seconds["dampipe"], ">= 1.0")


def _run(*words: str) -> None:
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
