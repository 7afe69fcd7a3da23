"""Words find the right clip and the second in it, through preview, embedder and search; one frame a video does not."""

from pathlib import Path

from tests.bench.moments import measure


def test_the_clip_and_the_second(tmp_path: Path) -> None:
    clip, second, one_frame, count = measure(tmp_path, 10)
    assert count >= 20
    assert clip >= 0.95
    assert second >= 0.95
    assert one_frame < 0.6
