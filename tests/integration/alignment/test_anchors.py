"""Anchored times are read, and carried to another version from what is stored; a background item aligns."""

from fractions import Fraction

import pytest
from sqlalchemy import func, select, update

from dampipe.features.alignment.anchors import Anchors, CarriedSpan
from dampipe.features.alignment.errors import EMPTY_SPAN
from dampipe.features.alignment.handler import ALIGN
from dampipe.features.alignment.model import Fate
from dampipe.features.alignment.tables import ALIGNMENT
from dampipe.features.assets.service import AssetService
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.errors import InvalidInput
from tests.support.anchors import CLIP, CUT, OTHER_CLIP, SOUND, STILL_PICTURE
from tests.support.derivatives import DerivativeLibrary

BASE = Fraction(1001, 24000)


@pytest.fixture
def anchors(here: DerivativeLibrary) -> Anchors:
    return here.library.service(Anchors)


def number(here: DerivativeLibrary, name: str) -> int:
    return here.library.service(AssetService).version_id(LOCAL, name)


def span(first: int, behind: int) -> tuple[AnchoredTime, AnchoredTime]:
    return AnchoredTime(first, BASE), AnchoredTime(behind, BASE)


def waiting(here: DerivativeLibrary) -> int:
    with here.database.read() as connection:
        query = select(func.count()).select_from(RUN).where(RUN.c.kind == ALIGN, RUN.c.state == "pending")
        return connection.execute(query).scalar_one()


def test_spans_are_read_as_frames_and_an_out_point_is_part_of_its_span(
    here: DerivativeLibrary, anchors: Anchors
) -> None:
    sha1 = here.library.service(AssetService).sha1(LOCAL, CLIP)
    assert anchors.span(LOCAL, sha1, "01:00:01:00", "01:00:02:00") == span(24, 48)
    assert anchors.version(LOCAL, sha1).span_through("01:00:01:00", "01:00:02:00") == span(24, 49)
    assert anchors.span(LOCAL, sha1, "24@1001/24000") == span(24, 25)
    assert anchors.parse(LOCAL, sha1, "01:00:01:01") == AnchoredTime(25, BASE)
    clock = anchors.clock(sha1)
    assert clock is not None and clock.frame(AnchoredTime(25, BASE)) == 25
    with pytest.raises(InvalidInput) as caught:
        anchors.span(LOCAL, sha1, "2", "1")
    assert caught.value.code == EMPTY_SPAN.code
    sound = anchors.span(LOCAL, SOUND, "1", "2")
    assert (float(sound[0].seconds), float(sound[1].seconds)) == (1, 2)
    assert sound[0].base.denominator > 1000


def test_a_pair_is_pending_until_a_work_item_has_aligned_it(
    here: DerivativeLibrary, anchors: Anchors
) -> None:
    clip, cut = number(here, CLIP), number(here, CUT)
    times = [AnchoredTime(10, BASE)]
    assert anchors.carried(clip, cut, times) is None and waiting(here) == 0, "a question starts nothing"
    assert [one.text for one in anchors.carried_spans(clip, cut, [span(5, 9)])] == ["pending"]
    for _ in range(2):
        anchors.ensure(clip, cut)
        assert waiting(here) == 1
    here.library.process()
    found = anchors.carried(clip, cut, times)
    assert found is not None and found[0].time == AnchoredTime(10, BASE)
    anchors.ensure(clip, cut)
    anchors.ensure(cut, clip)
    assert waiting(here) == 0
    with here.database.write() as connection:  # another method: it is aligned again
        connection.execute(update(ALIGNMENT).values(method="0"))
    anchors.ensure(clip, cut)
    assert waiting(here) == 1


def test_spans_move_are_shortened_or_are_gone(here: DerivativeLibrary, anchors: Anchors) -> None:
    clip, cut = number(here, CLIP), number(here, CUT)  # frames 100 to 129 were cut out
    anchors.ensure(clip, cut)
    here.library.process()
    spans = [
        span(10, 40),
        span(150, 200),
        span(105, 120),
        span(90, 110),
        span(120, 140),
        span(90, 140),
        span(100, 130),
    ]
    found = anchors.carried_spans(clip, cut, spans)
    assert [one.text for one in found] == [
        "", "moved -30 frames", "no longer there", "shortened", "moved -20 frames, shortened", "", "no longer there"
    ]  # fmt: skip

    def frames(one: CarriedSpan) -> tuple[int, int] | None:
        if one.start is None or one.end is None:
            return None
        assert one.start.base == one.end.base
        return round(one.start.seconds / BASE), round(one.end.seconds / BASE)

    assert [frames(one) for one in found] == [
        (10, 40), (120, 170), None, (90, 100), (100, 110), (90, 110), None
    ]  # fmt: skip
    back = anchors.carried_spans(cut, clip, [span(120, 170)])[0]
    assert (back.text, frames(back)) == ("moved +30 frames", (150, 200))


def test_what_has_nothing_in_common_is_gone_and_is_not_aligned(
    here: DerivativeLibrary, anchors: Anchors
) -> None:
    clip = number(here, CLIP)
    for other in (SOUND, STILL_PICTURE):
        assert [one.text for one in anchors.carried_spans(clip, number(here, other), [span(1, 2)])] == [
            "no longer there"
        ]
        anchors.ensure(clip, number(here, other))
    assert waiting(here) == 0
    anchors.ensure(clip, number(here, OTHER_CLIP))
    here.library.process()
    found = anchors.carried_spans(clip, number(here, OTHER_CLIP), [span(1, 2)])
    assert [one.fate for one in found] == [Fate.GONE]
