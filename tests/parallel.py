"""The scheduler of parallel test runs.

It gives the tests of a file to one process: they share its costly fixtures, and some depend on their order. It has one
process run other tests than end-to-end tests as long as there are some: deployments wait half of the time, so that the
processor would wait with them.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"


class InOrder(LoadScopeScheduling):
    """Schedules tests by file; each kind, end-to-end tests and others, in the order of its collection."""

    def __init__(self, config: Any, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0]

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
