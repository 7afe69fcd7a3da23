"""The table of limits in docs/api.md holds the limits of the code."""

import re
from pathlib import Path

from dampipe.features.assets.http import MAX_NAMES
from dampipe.features.scanning.http import MAX_PATHS
from dampipe.features.search.parameters import MAX_VALUES
from dampipe.features.search.pictures import AT_ONCE, MAX_PIXELS, PICTURE_SECONDS
from dampipe.kernel.faces.http import MAX_PATH, MAX_PICTURE, PICTURES_AT_ONCE, PLACE_WAIT
from dampipe.web.body_limit import MAX_BODY, PATIENCE, SLOWEST
from dampipe.web.server import HEADERS_WITHIN, MAX_CONNECTIONS, MAX_HEADERS

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"


def test_the_documented_limits_are_those_of_the_code() -> None:
    table = DOCUMENT.read_text().partition("## Limits")[2].partition("## ")[0]
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|", table, re.M))
    assert rows["body of a request"] == f"{MAX_BODY >> 20} MiB; a picture {MAX_PICTURE >> 20} MiB"
    assert rows["body that arrives slowly"] == f"{PATIENCE:g} s, and 1 s for each {SLOWEST >> 10} KiB"
    assert rows["headers, and the first line"] == f"{MAX_HEADERS >> 10} KiB, within {HEADERS_WITHIN:g} s"
    assert rows["connections"] == str(MAX_CONNECTIONS)
    assert f"1000 and {MAX_PATH} characters" in rows["texts, paths"]
    assert rows["paths of a scan, names of a retry; values of a parameter"] == f"{MAX_PATHS}; {MAX_VALUES}"
    assert MAX_PATHS == MAX_NAMES
    assert f"of {MAX_PIXELS // 1_000_000} million pixels" in rows["picture"]
    assert f"within {PICTURE_SECONDS:g} s, {AT_ONCE} at a time" in rows["picture"]
    assert rows["pictures at a time"] == f"{PICTURES_AT_ONCE}; others wait for {PLACE_WAIT:g} s"
