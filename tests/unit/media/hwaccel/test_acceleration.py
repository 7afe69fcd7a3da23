"""The setting `acceleration`, and the tables in the documentation."""

from pathlib import Path

import pytest

from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import InvalidInput
from dampipe.media.hwaccel.acceleration import families
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE
from dampipe.media.hwaccel.stream_kinds import KINDS


def test_the_setting_names_families() -> None:
    assert families("auto") == tuple(FAMILIES)
    assert families("vaapi,nvidia") == ("vaapi", "nvidia", SOFTWARE)
    assert families("none") == (SOFTWARE,)
    assert load_settings(acceleration="qsv, vaapi").acceleration == "qsv, vaapi"
    with pytest.raises(InvalidInput, match="'voodoo' is none of auto"):
        load_settings(acceleration="vaapi,voodoo")


def test_the_tables_of_the_documentation_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[4] / "docs" / "acceleration.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    documented = {row[0]: tuple(row[1:]) for row in rows}
    for name, kind in KINDS.items():
        assert documented[f"`{name}`"] == (kind.codec, ", ".join(kind.formats))
    for name, family in FAMILIES.items():
        if name != SOFTWARE:
            assert documented[f"`{name}`"][3] == f"`{family.encoder}`"
            assert not family.scale or documented[f"`{name}`"][2] == f"`{family.scale}`"
