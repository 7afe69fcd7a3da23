"""The scheduler of parallel test runs: keeps the order, and gives tests that share a costly fixture to one process."""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"
SHARED = (
    "test_main_job.py",
    "test_page.py",
    "test_page_features.py",
    "test_page_follows.py",
    "test_page_in_use.py",
    "test_progress.py",
)
"""End-to-end tests with one deployment per file; they depend on their order."""


class InOrder(LoadScopeScheduling):
    """Schedules end-to-end tests one by one, so that no process has many of them at the end; other tests by file."""

    def __init__(self, config: Any, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        is_separate = file.startswith(E2E) and not file.endswith(SHARED)
        return nodeid if is_separate else file
