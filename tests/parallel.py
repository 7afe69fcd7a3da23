"""The scheduler of parallel test runs.

It gives tests that share a costly fixture to one process, and has one process run other tests than end-to-end tests as
long as there are some: deployments wait half of the time, so that the processor would wait with them.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"
SHARED = (
    "test_main_job.py",
    "test_page.py",
    "test_page_features.py",
    "test_page_follows.py",
    "test_page_guests.py",
    "test_page_in_use.py",
    "test_page_views.py",
    "test_progress.py",
)
"""End-to-end tests with one deployment or library per file; some depend on their order."""


class InOrder(LoadScopeScheduling):
    """Schedules end-to-end tests one by one, so that no process has many of them at the end; other tests by file. Each
    kind is scheduled in the order of its collection."""

    def __init__(self, config: Any, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        is_separate = file.startswith(E2E) and not file.endswith(SHARED)
        return nodeid if is_separate else file

    def _assign_work_unit(self, node: Any) -> None:
        wants_e2e = self._has_e2e(node) or sum(map(self._has_e2e, self.nodes)) < max(1, len(self.nodes) - 1)
        for scope in self.workqueue:
            if scope.startswith(E2E) == wants_e2e:
                self.workqueue.move_to_end(scope, last=False)
                break
        super()._assign_work_unit(node)

    def _has_e2e(self, node: Any) -> bool:
        """Whether a process has end-to-end tests to run."""
        return any(
            scope.startswith(E2E) and not all(tests.values())
            for scope, tests in self.assigned_work[node].items()
        )
