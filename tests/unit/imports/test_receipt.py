"""The arithmetic of receipts."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dampipe.features.imports.model import Counts

number = st.integers(0, 50)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(imported=number, there=number, aside=number, pending=number, off=st.integers(-5, 5))
def test_a_receipt_adds_up_exactly_if_every_input_has_one_outcome(
    imported: int, there: int, aside: int, pending: int, off: int
) -> None:
    counts = Counts(
        inputs=imported + there + aside + pending + off,
        pending=pending,
        imported=imported,
        already_there=there,
        set_aside=aside,
    )
    assert counts.adds_up == (pending == 0 and off == 0)
    assert counts.model_dump()["adds_up"] == counts.adds_up
