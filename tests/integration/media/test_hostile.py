"""A sample of the hostile corpus: every file ends in bounded time as done, done with a warning, or bad media."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.probe.prober import Prober
from tests.hostile.corpus import corpus
from tests.hostile.judging import Judge
from tests.hostile.watch import children, watched

SEED = 20
MUTATED = 60


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="watching what others open needs Linux")
def test_every_file_ends_and_nothing_else_is_touched(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], tmp_path: Path
) -> None:
    servers = children(os.getpid())
    with closing(Prober(ffmpeg=ffmpeg.path)) as prober:
        _every_file_ends(ffmpeg, matrix, prober, tmp_path, servers)


def _every_file_ends(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], prober: Prober, tmp_path: Path, servers: set[int]
) -> None:
    victim = tmp_path / "victim.ts"
    victim.write_bytes(matrix["mpeg2.ts"].read_bytes())
    prober.probe(str(matrix["h264.mp4"]))
    helper = children(os.getpid(), apart_from=servers)
    assert helper, "the prober reads in a process of its own"
    folder = tmp_path / "work"
    folder.mkdir()
    judge = Judge(ffmpeg, prober, seconds=60)
    count = 0
    with watched(victim) as watch:
        for name, content in corpus(matrix, watch.victim, watch.address, SEED, MUTATED):
            path = tmp_path / name
            path.write_bytes(content)
            ending = judge.judge(path, folder)
            count += 1
            assert ending.state != "not terminal", ending
            assert ending.left == (), ending
            assert "ended with status" not in str(ending.said), ending
            assert ending.state == "done" or all(ending.said), "everything else has its reason"
            assert watch.touched() == [], ending
            assert len(children(os.getpid(), apart_from=servers)) <= len(helper), ending
            path.unlink()
        assert count > 100
        Path(victim).read_bytes()
        assert watch.touched() == ["the victim was opened"], "the watch watches"


def test_the_same_seed_gives_the_same_corpus(matrix: dict[str, Path]) -> None:
    def made(seed: int) -> list[tuple[str, bytes]]:
        return list(corpus(matrix, "/victim", "http://127.0.0.1:1/", seed, 30))

    assert made(1) == made(1)
    assert made(1) != made(2)
