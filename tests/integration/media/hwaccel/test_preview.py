"""Previews decoded by the fake card, alone and in one pass with the proxy."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.hwaccel.plans import PREVIEW_MIN_PIXELS
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe
from tests.support.fake_card import CARD, H264, SOFT, FakeCard, clip


def test_a_preview_uses_the_card_only_where_it_is_faster(
    ffmpeg: Ffmpeg, card: FakeCard, prober: Prober, choose: Any, tmp_path: Path
) -> None:
    sparse = clip(ffmpeg, tmp_path / "sparse.mp4", *H264, "-g", "25", seconds=8)
    dense = clip(ffmpeg, tmp_path / "dense.mp4", *H264, "-g", "999", "-sc_threshold", "0", seconds=8)

    def preview(
        source: Path, found: Sequence[Acceleration], min_pixels: float = PREVIEW_MIN_PIXELS / 1e6
    ) -> Any:
        folder = tmp_path / f"{source.stem}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        maker = PreviewMaker(
            card.ffmpeg, PreviewRecipe(), choose, accelerations=found, hardware_min_pixels=min_pixels
        )
        return maker.make(str(source), prober.probe(str(source)), folder)

    short = preview(dense, [CARD, SOFT], PREVIEW_MIN_PIXELS)
    assert short.plan == SOFTWARE, "a short clip is decoded before the card is open"
    ours, theirs = preview(dense, [CARD, SOFT]), preview(dense, [SOFT])
    assert (ours.plan, theirs.plan, ours.way) == ("nvidia-decode", SOFTWARE, theirs.way)
    assert [frame.time for frame in ours.frames] == [frame.time for frame in theirs.frames]
    one, other = (np.load(next(f.path for f in made.files if f.kind == "frames")) for made in (ours, theirs))
    assert np.abs(one.astype(int) - other).mean() < 4
    card.order()
    assert preview(sparse, [CARD, SOFT]).plan == SOFTWARE
    assert card.calls == []
    card.order(refuses=["dense"])
    fallen = preview(dense, [CARD, SOFT])
    assert (fallen.plan, len(fallen.warnings)) == (SOFTWARE, 1)


def test_one_pass_for_all_on_the_card(
    clips: dict[str, Path], card: FakeCard, prober: Prober, choose: Any, tmp_path: Path
) -> None:
    """Preview and proxy out of one run, decoded once, on the card; where that fails, in software."""
    media = prober.probe(str(clips["plain"]))
    frames = []
    for number, found in enumerate(([CARD, SOFT], [SOFT], [CARD, SOFT])):
        card.order(no_encoder=number == 2)
        folder = tmp_path / f"made{number}"
        folder.mkdir()
        preview = PreviewMaker(card.ffmpeg, PreviewRecipe(), choose, prober=prober)
        passes = Passes(preview, ProxyMaker(card.ffmpeg, ProxyRecipe(), found))
        made, along = passes.make(str(clips["plain"]), media, folder)
        assert along is not None
        expected = ("nvidia", SOFTWARE, SOFTWARE)[number]
        assert (along.plan, made.plan, len(along.warnings)) == (expected, expected, 2 * (number == 2))
        assert card.calls == (["decode encode"], [], ["decode encode", "encode"])[number]
        frames.append(np.load(next(file.path for file in made.files if file.kind == "frames")).astype(int))
    assert np.abs(frames[0] - frames[1]).mean() < 4
    assert (frames[1] == frames[2]).all()
