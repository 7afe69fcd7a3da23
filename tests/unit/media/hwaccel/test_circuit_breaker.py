"""The circuit breaker, shared by the processes of a machine."""

from pathlib import Path

from dampipe.media.hwaccel.circuit_breaker import FIRST_PAUSE, MAX_PAUSE, CircuitBreaker


def test_a_circuit_opens_after_three_failures_and_closes_after_its_pause(tmp_path: Path) -> None:
    now = [0.0]
    one, other = (CircuitBreaker(tmp_path / "failures.json", lambda: now[0]) for _ in range(2))
    part = ("nvidia encoder",)
    pauses = []
    for failures in range(1, 9):
        assert one.allows(part)
        one.record_failure(part[0], "broken")
        if failures < 3:
            assert other.allows(part), "twice may be chance"
            continue
        [circuit] = other.open_circuits()
        pauses.append(circuit.until - now[0])
        assert not other.allows(part)
        now[0] = circuit.until
    assert pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE, MAX_PAUSE, MAX_PAUSE]
    other.record_success(part)
    one.record_failure(part[0], "broken")
    assert one.allows(part), "counting starts again after a success"
    one.reset()
    assert other.failures() == {}
    (tmp_path / "failures.json").write_text("{ half a fi")
    assert one.allows(part)
