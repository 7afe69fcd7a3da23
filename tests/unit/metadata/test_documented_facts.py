"""docs/metadata.md says of every fact where it is read, and lists the sources of dates in their order."""

import re
from pathlib import Path

from dampipe.features.assets.fields import FIELDS, LOCATION
from dampipe.features.metadata.schema import default_schema
from dampipe.features.tagging.fields import TAGS
from dampipe.media.probe.findings import DESCRIBED
from dampipe.media.probe.recording_time import DateSource

TEXT = (Path(__file__).parents[3] / "docs" / "metadata.md").read_text()


def test_every_fact_stands_in_the_table() -> None:
    table = TEXT[TEXT.index("## What is read from files") : TEXT.index("## The schema")]
    named = set(
        re.findall(
            r"`(\w+)`", "".join(line.split("|")[1] for line in table.split("\n") if line.startswith("| `"))
        )
    )
    assert {one.key for one in FIELDS} <= named


def test_the_sources_of_dates_stand_in_their_order() -> None:
    table = TEXT[TEXT.index("### Which date counts") : TEXT.index("## The schema")]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M)[1:] == list(DateSource)


def test_places_have_a_group_of_their_own() -> None:
    assert {one.key for one in FIELDS if one.group == LOCATION} == {"latitude", "longitude", "altitude"}


def test_every_text_that_is_kept_has_a_field() -> None:
    assert set(DESCRIBED) <= {one.xmp for one in (*default_schema().metadata_fields(), TAGS)}
