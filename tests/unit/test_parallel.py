"""The scheduler of parallel test runs."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from tests.parallel import InOrder

E2E = [f"tests/e2e/test_{name}.py::test_{number}" for name in "xyz" for number in range(3)]
OTHERS = [f"tests/unit/test_{name}.py::test_{number}" for name in "abcd" for number in range(4)]


class Node:
    """A process of a run, which runs one test at a time."""

    shutting_down = False
    gateway = SimpleNamespace(id="gw")

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = tests
        self.waiting: list[int] = []
        self.ran: list[str] = []

    def send_runtest_some(self, numbers: Sequence[int]) -> None:
        self.waiting += numbers

    def shutdown(self) -> None:
        self.shutting_down = True

    def run_one(self, scheduler: Any) -> None:
        if self.waiting:
            number = self.waiting.pop(0)
            self.ran.append(self._tests[number])
            scheduler.mark_test_complete(self, number)


def run(pytestconfig: pytest.Config, tests: list[str], count: int) -> list[Node]:
    """Run the tests in `count` processes in lockstep."""
    scheduler = InOrder(pytestconfig, None)
    scheduler.numnodes = count
    nodes: list[Any] = [Node(tests) for _ in range(count)]
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, tests)
    scheduler.schedule()
    while any(node.waiting for node in nodes):
        for node in nodes:
            node.run_one(scheduler)
    return nodes


@pytest.fixture
def parallel(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> pytest.Config:
    """The configuration of a parallel run."""
    monkeypatch.setattr("xdist.scheduler.loadscope.parse_tx_spec_config", lambda config: [None])
    monkeypatch.setattr(pytestconfig.option, "loadscopereorder", False, raising=False)
    return pytestconfig


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_test_runs_once_and_those_of_a_file_run_in_one_process(
    parallel: pytest.Config, count: int
) -> None:
    tests = [*E2E, *OTHERS]
    nodes = run(parallel, tests, count)
    assert sorted(test for node in nodes for test in node.ran) == sorted(tests)
    for together in (E2E[:3], E2E[3:6], E2E[6:], OTHERS[:4], OTHERS[4:8]):
        [node] = [node for node in nodes if set(together) & set(node.ran)]
        assert [test for test in node.ran if test in together] == together


@pytest.mark.parametrize("count", [2, 3, 4])
def test_one_process_runs_other_tests_than_end_to_end_tests(parallel: pytest.Config, count: int) -> None:
    nodes = run(parallel, [*E2E, *OTHERS], count)
    first = [node.ran[0].startswith("tests/e2e/") for node in nodes]
    assert first.count(False) == 1, "all but one begin with end-to-end tests"
    other = nodes[first.index(False)]
    kinds = [test.startswith("tests/e2e/") for test in other.ran]
    assert kinds[:4] == [False] * 4


def test_one_process_runs_end_to_end_tests_first(parallel: pytest.Config) -> None:
    tests = [*E2E, *OTHERS]
    [node] = run(parallel, tests, 1)
    assert node.ran == tests
