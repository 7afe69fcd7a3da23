"""Drawings: what clients may send, and that their SVG is inert."""

import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from pydantic import ValidationError

from dampipe.features.review.drafts import parse_drawing
from dampipe.features.review.drawing import Drawing, svg_of
from dampipe.features.review.mentions import mentioned
from dampipe.kernel.errors import InvalidInput

LINE: dict[str, Any] = {"shape": "path", "points": [[0, 0], [0.5, 1]], "color": "#FF0000", "width": 0.01}
SVG = "{http://www.w3.org/2000/svg}"


def drawing(**changes: Any) -> str:
    return json.dumps({"shapes": [{**LINE, **changes}]})


def test_shapes_become_elements_in_pixels() -> None:
    shapes = [
        LINE,
        {"shape": "path", "points": [[0.25, 0.5]]},
        {"shape": "arrow", "points": [[0, 0.5], [1, 0.5]]},
        {"shape": "rect", "points": [[0.9, 0.8], [0.1, 0.2]]},
        {"shape": "ellipse", "points": [[0, 0], [0.5, 1]]},
    ]
    svg = svg_of(Drawing.model_validate({"shapes": shapes}), (200, 100))
    root = ElementTree.fromstring(svg)
    assert root.attrib["viewBox"] == "0 0 200 100"
    line, dot, arrow, rect, ellipse = root
    assert line.attrib == {"d": "M0 0 L100 100", "stroke": "#ff0000", "stroke-width": "1"}
    assert dot.attrib["d"] == "M50 50 L50 50"
    assert arrow.attrib["d"].startswith("M0 50 L200 50 M191.34 45 L200 50 L191.34 55")
    assert {name: rect.attrib[name] for name in ("x", "y", "width", "height")} == {
        "x": "20",
        "y": "20",
        "width": "160",
        "height": "60",
    }
    assert [ellipse.attrib[name] for name in ("cx", "cy", "rx", "ry")] == ["50", "50", "50", "50"]
    assert {one.tag for one in root} == {f"{SVG}path", f"{SVG}rect", f"{SVG}ellipse"}


HOSTILE = [
    '<svg onload="alert(1)"/>',
    "null",
    "[]",
    "{}",
    '{"shapes": []}',
    '{"shapes": "path"}',
    drawing(shape="script"),
    drawing(shape="<script>"),
    drawing(color='red" onload="alert(1)'),
    drawing(color="url(#a)"),
    drawing(color="#ff0000\n"),
    drawing(color="#ff00"),
    drawing(width=0),
    drawing(width=-1),
    drawing(width=5),
    drawing(width="0.1;}"),
    drawing(points=[]),
    drawing(points=[[0, 0, 0]]),
    drawing(points=[[0]]),
    drawing(points=[[-0.1, 0]]),
    drawing(points=[[0, 1.000001]]),
    drawing(points=[["<b>", 0]]),
    drawing(points=[[0, 0]] * 2001),
    drawing(href="javascript:alert(1)"),
    drawing(onclick="alert(1)"),
    drawing(shape="rect", points=[[0, 0]]),
    drawing(shape="arrow", points=[[0, 0], [1, 1], [0, 1]]),
    '{"shapes": [{"shape": "path", "points": [[NaN, 0]]}]}',
    '{"shapes": [{"shape": "path", "points": [[1e999, 0]]}]}',
    '{"shapes": [{"shape": "path", "points": [[Infinity, 0]]}]}',
    json.dumps({"shapes": [LINE], "style": "*{}"}),
    json.dumps({"shapes": [LINE] * 201}),
    json.dumps({"shapes": [{**LINE, "points": [[0, 0]] * 1999}] * 6}),
    '{"shapes": [{"shape": "path", "points": ' + "[" * 100_000 + "]" * 100_000 + "}]}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_nothing_but_shapes_is_a_drawing(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_drawing(text)
    assert raised.value.code == "comment.drawing_invalid" and len(str(raised.value)) < 1000


def test_a_drawing_may_have_many_points_but_not_any_number() -> None:
    most = [{**LINE, "points": [[0.5, 0.5]] * 2000}] * 5
    svg = svg_of(Drawing.model_validate({"shapes": most}))
    assert ElementTree.fromstring(svg) is not None and len(svg) < 200_000
    with pytest.raises(ValidationError, match="10001 points"):
        Drawing.model_validate({"shapes": [*most, {**LINE, "points": [[0, 0]]}]})


def test_an_arrow_without_length_has_no_wrong_numbers() -> None:
    svg = svg_of(Drawing.model_validate({"shapes": [{"shape": "arrow", "points": [[0.5, 0.5], [0.5, 0.5]]}]}))
    assert "nan" not in svg and "inf" not in svg


def test_mentions() -> None:
    names = {"anna", "bert.b", "c@d.org", "a"}
    for text, expected in {
        "@anna": ("anna",),
        "(@Anna) @bert.b. @bert.b, @c@d.org!": ("anna", "bert.b", "c@d.org"),
        "mail anna@d.org, c@d.org and @@anna": (),
        "@annabel @none @": (),
        "@anna @anna": ("anna",),
        "@anna-": ("anna",),
        "@" + "x" * 5000: (),
    }.items():
        assert mentioned(text, names) == expected, text
