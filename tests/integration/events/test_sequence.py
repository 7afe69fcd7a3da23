"""No reader skips an event that was committed late, and killed sequencers lose none: `tests.bench events`, smaller."""

from tests.bench.events import prove


def test_nothing_is_skipped_repeated_or_out_of_order(postgres_url: str) -> None:
    proof = prove(postgres_url, 4000, processes=False, timeout=120)
    assert proof.kills >= 1
    assert (proof.skipped, proof.duplicates) == (0, 0)
    assert proof.is_gapless and proof.in_order
    assert proof.naive > 0, "the writers did commit late: a cursor over their ids would have skipped some"
