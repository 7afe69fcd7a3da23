"""Range headers as RFC 9110 has them."""

import pytest

from dampipe.kernel.faces.byte_ranges import Span, parse_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", Span(0, 1000)),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=990-2000", Span(990, 1000)),
        ("bytes=-1", Span(999, 1000)),
        ("bytes=-5000", Span(0, 1000)),
        ("bytes=1000-", Span(1000, 1000)),
        ("bytes=5000-6000", Span(1000, 1000)),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_a_range_is_one_span_or_the_whole(header: str | None, span: Span | None) -> None:
    assert parse_range(header, 1000) == span
