"""The semaphore for encoder sessions."""

import threading
from pathlib import Path

from dampipe.media.hwaccel.session_limit import SessionLimit


def test_slots_are_shared_and_released(tmp_path: Path) -> None:
    sessions = [SessionLimit(tmp_path / "slots", 2) for _ in range(3)]
    got: list[bool] = []
    with sessions[0].acquire() as first, sessions[1].acquire() as second:

        def third() -> None:
            with sessions[2].acquire() as acquired:
                got.append(acquired)

        thread = threading.Thread(target=third)
        thread.start()
        thread.join()
        assert (first, second, got) == (True, True, [False])
    with sessions[2].acquire() as acquired:
        assert acquired
    with SessionLimit(tmp_path / "slots", 0).acquire() as acquired:
        assert acquired, "0 is no limit"
