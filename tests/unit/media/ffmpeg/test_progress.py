"""Reports of `ffmpeg -progress`, in chunks."""

from dampipe.media.ffmpeg.progress import Progress, ProgressReader

REPORT = ["frame=12", "total_size=N/A", "out_time_us=1500000", "speed=3.1x", "progress=continue"]


def test_a_report_counts_when_it_is_whole() -> None:
    reader = ProgressReader()
    assert not reader.feed(REPORT[:3])
    assert reader.latest == Progress()
    assert reader.feed(REPORT[3:])
    assert reader.latest == Progress(seconds=1.5, speed=3.1, frames=12)


def test_an_identical_report_is_not_progress() -> None:
    reader = ProgressReader()
    assert reader.feed(REPORT)
    assert not reader.feed(REPORT)
    assert reader.feed(["frame=13", "progress=continue"])
    assert reader.reports == 3


def test_before_the_first_frame_there_are_no_numbers() -> None:
    reader = ProgressReader()
    reader.feed(["frame=0", "out_time_us=N/A", "speed=N/A", "progress=continue"])
    assert reader.latest == Progress(0.0, None, 0)
