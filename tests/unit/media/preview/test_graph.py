"""The ffmpeg options of a preview: work is saved only where the result does not change."""

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.inputs import graph_arguments
from dampipe.media.hwaccel.plans import SOFTWARE_PLAN
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.preview.graph import PreviewGraph
from dampipe.media.preview.sampling import Sampling, Way
from dampipe.media.recipes import PosterRecipe, PreviewRecipe


def arguments(way: Way, size: tuple[int, int] = (3840, 2160), height: int = 720) -> list[str]:
    video = VideoStream(index=0, codec="h264", width=size[0], height=size[1], pixel_format="yuv420p")
    media = MediaInfo(kind=MediaKind.VIDEO, container="mov,mp4,m4a", duration=60.0, video=video)
    recipe = PreviewRecipe(poster=PosterRecipe(height=height))
    graph = PreviewGraph(Ffmpeg("ffmpeg", "9", (9,), ""), recipe, media)
    assert (graph.frame_interval, graph.max_frames, graph.detects_cuts) == (2.0, 610, True)
    sampling = Sampling(way, step=1.0, every=50)
    outputs = graph.outputs(sampling, SOFTWARE_PLAN, "pipe:1")
    return [*graph.global_options(sampling, SOFTWARE_PLAN), *graph_arguments("/footage.mp4", *outputs)]


@pytest.mark.parametrize(("way", "spared"), [("keys", True), ("references", False), ("full", False)])
def test_the_loop_filter_is_skipped_only_for_key_frames(way: Way, spared: bool) -> None:
    assert ("-skip_loop_filter" in arguments(way)) == spared


@pytest.mark.parametrize(
    ("size", "spared"), [((3840, 2160), True), ((2160, 3840), True), ((1920, 1080), False)]
)
def test_the_loop_filter_is_skipped_only_for_much_smaller_pictures(
    size: tuple[int, int], spared: bool
) -> None:
    assert ("-skip_loop_filter" in arguments("keys", size)) == spared
    assert "-skip_loop_filter" not in arguments("keys", size, height=2160)


@pytest.mark.parametrize(
    ("way", "one"), [("keys", True), ("packets", True), ("references", False), ("full", False)]
)
def test_filters_get_threads_where_there_are_many_frames(way: Way, one: bool) -> None:
    assert (arguments(way)[:2] == ["-filter_complex_threads", "1"]) == one
