"""The rule that turns scores into shots."""

from pathlib import Path

from dampipe.media.preview.shots import MIN_SHOT, SCORES_NAME, THRESHOLD, read_scores, shot_starts


def test_without_scores_there_is_one_shot() -> None:
    assert shot_starts([]) == (0.0,)


def test_a_score_below_the_threshold_starts_nothing() -> None:
    assert shot_starts([(3.0, THRESHOLD - 0.1)]) == (0.0,)
    assert shot_starts([(3.0, THRESHOLD)]) == (0.0, 3.0)


def test_of_starts_close_together_the_highest_stays() -> None:
    assert shot_starts([(3.0, 20.0), (3.0 + MIN_SHOT / 2, 40.0)]) == (0.0, 3.0 + MIN_SHOT / 2)
    assert shot_starts([(3.0, 40.0), (3.0 + MIN_SHOT / 2, 20.0)]) == (0.0, 3.0)
    assert shot_starts([(3.0, 40.0), (3.0 + MIN_SHOT, 20.0)]) == (0.0, 3.0, 3.0 + MIN_SHOT)


def test_a_cut_right_after_the_start_is_no_shot_of_its_own() -> None:
    assert shot_starts([(MIN_SHOT / 2, 90.0)]) == (0.0,)


def test_scores_are_read_as_ffmpeg_writes_them(tmp_path: Path) -> None:
    path = tmp_path / SCORES_NAME
    path.write_text(
        "frame:30   pts:30      pts_time:1.2\nlavfi.scd.score=27.406\nframe:70 pts:70 pts_time:2.8\n"
    )
    assert read_scores(tmp_path) == [(1.2, 27.406)]
    assert not path.exists()
    assert read_scores(tmp_path) == []
