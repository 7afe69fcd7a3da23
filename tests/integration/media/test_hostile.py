"""A sample of the hostile corpus: every file ends in bounded time as done, done with a warning, or bad media."""

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dampipe.media.ffmpeg.allowlist import formats_of_container
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits
from dampipe.media.ffmpeg.sandbox import find_sandbox
from dampipe.media.packet_index.reader import Packet, read_index
from dampipe.media.preview import parts as preview_parts
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe
from tests.hostile.corpus import corpus
from tests.hostile.judging import Judge
from tests.hostile.watch import children, watched
from tests.integration.media.conftest import keep_all
from tests.support.buckets import bucket
from tests.support.parts import NoWalls, parts_of

RECIPE = PreviewRecipe(frames=FramesRecipe(size=64))
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


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="watching what others open needs Linux")
def test_a_remote_file_of_any_content_is_read_in_bounds_and_nothing_else_is_touched(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_parts, "MIN_SIZE", 0)
    found = find_sandbox("auto", ffmpeg.path)
    sandbox = found if found.active else NoWalls()
    maker = PreviewMaker(replace(ffmpeg, sandbox=sandbox), RECIPE, keep_all, Limits(seconds=60, stall=15))
    with closing(Prober(ffmpeg=ffmpeg.path)) as prober:
        media = prober.probe(str(matrix["h264.mp4"]))
    assert media.video is not None
    media = media.model_copy(update={"video": media.video.model_copy(update={"intra_only": True})})
    victim = tmp_path / "victim.ts"
    victim.write_bytes(matrix["mpeg2.ts"].read_bytes())
    films = {name: path for name, path in matrix.items() if name.endswith((".mp4", ".mov"))}
    samples = {**films, **{name: matrix[name] for name in ("still.png", "audio-only.wav", "mpeg2.ts")}}
    before = children(os.getpid())
    indexes: list[list[Packet] | None] = []

    def noted(*arguments: Any) -> list[Packet] | None:
        indexes.append(read_index(*arguments))
        return indexes[-1]

    monkeypatch.setattr(preview_parts, "read_index", noted)
    with bucket() as remote, watched(victim) as watch:
        for name, content in corpus(samples, watch.victim, watch.address, SEED, 24):
            folder = tmp_path / "work" / name
            folder.mkdir(parents=True)
            with parts_of(remote, tmp_path / "cache", content) as parts:
                maker.make_of_parts(parts, media, folder)
                assert parts.fetched <= len(content), name
            assert all(0 <= packet.start <= packet.end <= len(content) for packet in indexes[-1] or ()), name
            assert watch.touched() == [], name
            assert children(os.getpid(), apart_from=before) == set(), name
        whole = {name: path.read_bytes() for name, path in films.items()}
        for name, content in whole.items():
            with parts_of(remote, tmp_path / "cache", content) as parts:
                assert read_index(sandbox, parts, 0, formats_of_container(media.container)), name
        assert sum(map(bool, indexes)) > 10, "some files have one"
