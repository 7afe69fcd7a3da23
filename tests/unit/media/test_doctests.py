"""The examples in docstrings hold."""

import doctest
import importlib

import pytest

MODULES = (
    "dampipe.kernel.progress",
    "dampipe.media.ffmpeg.binary",
    "dampipe.media.ffmpeg.picture_filters",
    "dampipe.media.filetypes",
    "dampipe.media.hwaccel.acceleration",
    "dampipe.media.hwaccel.stream_kinds",
    "dampipe.media.integrity",
    "dampipe.media.preview.sampling",
    "dampipe.media.preview.shot_frames",
    "dampipe.media.preview.shots",
    "dampipe.media.preview.webvtt",
    "dampipe.media.probe.container_metadata",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
