"""The table of known models agrees with the installed open_clip."""

from dampipe.vision.collecting import collect
from dampipe.vision.known import known_models


def test_the_table_is_what_open_clip_says() -> None:
    assert known_models() == collect(), "write it anew: python -m dampipe.vision.known"
