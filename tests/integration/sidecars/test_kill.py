"""A process that is killed while it writes a sidecar leaves the old one or the new one, and an outbox that agrees."""

import os
import shutil
import signal
from typing import Any

import pytest

from dampipe.features.sidecars import files
from tests.integration.pipeline.test_kill import Steps
from tests.support.sidecar_samples import LIGHTROOM
from tests.support.sidecars import Sidecars

NEW = LIGHTROOM.replace(b"Night drive", b"Mine").replace(b'xmp:Rating="3"', b'xmp:Rating="5"')
SYSTEM_CALLS = ("open", "unlink", "link", "rename", "fsync", "fchown", "fchmod")


def killed(local: Sidecars, step: int, action: str) -> bool:
    """Do something in a process that is killed at a statement or a call of the system; whether it came to that."""
    local.database.close()
    child = os.fork()
    if child == 0:
        try:
            mine = Sidecars(local.url, local.folder, set_up=False)
            steps = Steps(mine.database.engine, step)

            def counted(call: Any) -> Any:
                def run(*given: Any, **more: Any) -> Any:
                    steps.step()
                    done = call(*given, **more)
                    steps.step()
                    return done

                return run

            for name in SYSTEM_CALLS:
                setattr(os, name, counted(getattr(os, name)))
            getattr(mine, action)()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("has_sidecar", [True, False], ids=["existing", "new"])
def test_a_write_killed_at_any_step_is_done_once(local: Sidecars, has_sidecar: bool) -> None:
    assert files.os is os
    local.clip("a.mp4")
    name = "a.xmp" if has_sidecar else "a.mp4.xmp"
    if has_sidecar:
        local.write(name, LIGHTROOM)
    local.scan()
    local.place()
    local.edit("a.mp4", set={"title": "Mine", "rating": 5})
    begun = _Copy(local)
    old = local.read(name) if has_sidecar else None
    seen, kills = set(), 0
    for step in range(1, 400, 2):
        begun.restore()
        was_killed = killed(local, step, "flush")
        there = (local.root / name).exists()
        now = local.read(name) if there else None
        assert now == old or local.texts(name, "dc:title") == ("Mine",)
        seen.add(now)
        state = local.state("a.mp4")
        assert state == (("written", []) if not was_killed else state)
        if state[0] == "written":
            assert now != old, "what was written is there"
        if now != old:  # whoever reads it now knows that we have written it
            local.reader.read_locations([1], again=True)
            assert local.says("a.mp4", "title", "sidecar") == (["Night drive"] if has_sidecar else [])
            assert local.says("a.mp4", "rating", "sidecar") == ([3] if has_sidecar else [])
        if not was_killed:
            break
        kills += 1
        if step % 10 == 1 or now != old:
            local.flush()  # another process goes on
            assert local.state("a.mp4") == ("written", [])
            assert local.texts(name, "dc:title") == ("Mine",) and local.texts(name, "xmp:Rating") == ("5",)
            assert not [one for one in os.listdir(local.root) if one.endswith(".tmp")]
    assert kills > 30 and len(seen) == 2, "one old file, and one new one"
    if has_sidecar:
        assert seen == {LIGHTROOM, NEW}


class _Copy:
    """The files of a library as they are, to begin there again."""

    def __init__(self, local: Sidecars) -> None:
        self._local = local
        self._folders = [local.root, local.folder / "catalogue"]
        local.database.close()
        local.scanning.catalog.database.close()
        for folder in self._folders:
            shutil.copytree(folder, f"{folder}.begun")

    def restore(self) -> None:
        self._local.database.close()
        for folder in self._folders:
            shutil.rmtree(folder)
            shutil.copytree(f"{folder}.begun", folder)


@pytest.mark.parametrize("step", [3, 9, 15, 21, 27, 33])
def test_a_reader_that_is_killed_reads_again(local: Sidecars, step: int) -> None:
    local.clip("a.mp4")
    local.write("a.xmp", LIGHTROOM)
    local.scanning.scan(local.root)
    local.scanning.hash_all()
    assert killed(local, step, "take_in")
    local.take_in()
    assert local.value("a.mp4", "title") == ["Night drive"] and local.value("a.mp4", "rating") == [3]
