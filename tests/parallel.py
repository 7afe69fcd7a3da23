"""How a parallel run deals tests out: in their order, and those that share something costly to one process."""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"
SHARED = ("test_main_job.py", "test_page.py", "test_progress.py")
"""Of the tests with deployments those that have one for a whole file, and mind their order."""


class InOrder(LoadScopeScheduling):
    """Whole deployments one by one, so that no process is left with many of them; of the others a file at a time."""

    def __init__(self, config: Any, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        alone = file.startswith(E2E) and not file.endswith(SHARED)
        return nodeid if alone else file
