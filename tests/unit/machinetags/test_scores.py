"""Scores, precision and thresholds of machine tags."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.machinetags.model import Moment
from dampipe.features.machinetags.precision import LEAST_VERDICTS, information, threshold_for, wilson
from dampipe.features.machinetags.prompts import Facet, is_sensitive, prompts_of
from dampipe.features.machinetags.scores import moments_of

VERDICTS = st.lists(st.tuples(st.floats(1.5, 6.0), st.booleans()), max_size=80)


@given(VERDICTS, st.floats(0.05, 0.95))
def test_what_is_above_a_threshold_is_right_often_enough(
    verdicts: list[tuple[float, bool]], wanted: float
) -> None:
    threshold = threshold_for(verdicts, wanted)
    if threshold is not None:
        above = [is_right for score, is_right in verdicts if score >= threshold]
        assert len(above) >= LEAST_VERDICTS
        assert wilson(sum(above), len(above))[0] >= wanted


@given(st.integers(0, 500), st.integers(0, 500))
def test_bounds_hold_the_share_that_was_measured(right: int, wrong: int) -> None:
    least, most = wilson(right, right + wrong)
    assert 0.0 <= least <= most <= 1.0
    if right + wrong:
        assert least <= right / (right + wrong) + 1e-9 and right / (right + wrong) - 1e-9 <= most


def test_few_verdicts_set_nothing_however_right_they_are() -> None:
    assert threshold_for([(3.0, True)] * (LEAST_VERDICTS - 1), 0.1) is None
    assert threshold_for([(3.0, True)] * LEAST_VERDICTS, 0.8) == 3.0
    assert threshold_for([(3.0, True)] * LEAST_VERDICTS, 0.9) is None, "20 of 20 may be 84 %"
    low = [(2.0, number % 2 == 0) for number in range(40)]
    assert threshold_for([(3.0, True)] * 30 + low, 0.8) == 3.0, "those below are right half of the time"


def test_moments_are_the_best_of_each_shot() -> None:
    scores = np.array([1.0, 2.0, 3.0, 1.6, 0.0], dtype=np.float32)
    found = moments_of([0.0, 1.0, 2.0, 3.0, 4.0], [0, 0, 0, 1, 2], scores)
    assert found == (Moment(2.0, 3.0), Moment(3.0, 1.6))
    assert moments_of([0.0], [0], np.array([1.4], dtype=np.float32)) == ()


@pytest.mark.parametrize("facet", list(Facet))
def test_prompts_name_the_term(facet: Facet) -> None:
    assert prompts_of("close-up", facet) and all("close-up" in text for text in prompts_of("close-up", facet))


def test_words_for_traits_of_people_are_sensitive() -> None:
    assert is_sensitive(["harbour", "Black woman"]) and is_sensitive(["wheelchair-user"])
    assert not is_sensitive(["harbour", "blackboard"])


def test_a_verdict_says_most_of_unknown_terms_near_the_threshold() -> None:
    assert information(2.0, 2.1, 0) > information(2.0, 2.1, 10) > information(5.0, 2.1, 10)
