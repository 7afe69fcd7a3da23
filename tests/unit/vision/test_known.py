"""The table of known models agrees with the installed open_clip."""

from dampipe.vision.build_model_catalog import collect
from dampipe.vision.model_catalog import known_models


def test_the_table_is_what_open_clip_says() -> None:
    assert known_models() == collect(), "write it anew: python -m dampipe.vision.model_catalog"
