"""The current storage belongs to a context and is not visible in others."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dampipe.kernel.errors import Permanent
from dampipe.storage.context import current_storage, use_storage
from dampipe.storage.memory import MemoryStorage


def test_without_one_the_error_says_what_to_do() -> None:
    with pytest.raises(Permanent, match="no storage is set") as caught:
        current_storage()
    assert caught.value.code == "storage.none_current"
    assert "use_storage" in caught.value.hint


def test_nesting_and_errors_restore_what_was() -> None:
    outer, inner = MemoryStorage(), MemoryStorage()
    with use_storage(outer) as given:
        assert given is outer is current_storage()
        with pytest.raises(ZeroDivisionError), use_storage(inner):
            assert current_storage() is inner
            _ = 1 / 0
        assert current_storage() is outer
    with pytest.raises(Permanent):
        current_storage()


def test_threads_do_not_leak_into_each_other() -> None:
    both = threading.Barrier(2, timeout=60)

    def work(engine: MemoryStorage) -> bool:
        with use_storage(engine):
            both.wait()
            seen = current_storage() is engine
            both.wait()
        return seen

    with use_storage(MemoryStorage()) as ours, ThreadPoolExecutor(2) as pool:
        assert all(pool.map(work, [MemoryStorage(), MemoryStorage()]))
        with pytest.raises(Permanent):
            pool.submit(current_storage).result()
        assert pool.submit(contextvars.copy_context().run, current_storage).result() is ours
        assert current_storage() is ours


def test_tasks_do_not_leak_into_each_other() -> None:
    async def work(engine: MemoryStorage, mine: asyncio.Event, other: asyncio.Event) -> bool:
        with use_storage(engine):
            mine.set()
            await other.wait()
            return current_storage() is engine

    async def main() -> list[bool]:
        a, b = asyncio.Event(), asyncio.Event()
        with use_storage(MemoryStorage()) as ours:
            seen = await asyncio.gather(work(MemoryStorage(), a, b), work(MemoryStorage(), b, a))
            return [*seen, current_storage() is ours]

    assert asyncio.run(main()) == [True, True, True]
