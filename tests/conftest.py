"""What all tests share."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import postgres_server, postgres_url
from tests.support.valkey import valkey_server
from tests.support.vector_servers import milvus_uri, weaviate_server

__all__ = ["footage", "milvus_uri", "postgres_server", "postgres_url", "valkey_server", "weaviate_server"]

FOOTAGE = Path(__file__).parents[2] / "shared" / "footage"


@pytest.fixture(scope="session")
def footage() -> Path:
    """A folder of real footage beside the checkout; tests that use it pass without it by skipping."""
    if not FOOTAGE.is_dir():
        pytest.skip("no folder of real footage beside the checkout")
    return FOOTAGE


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'catalogue' / 'c.sqlite'}"
    else:
        yield request.getfixturevalue("postgres_url")


LONGEST_FIRST = ("e2e", "integration", "contract", "unit")
"""Folders, so that no process of a parallel run ends long before the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the folders. Whole deployments may take longer than the rest: what they wait for has 300 s to come,
    and they fail with the reason when it does not."""
    for item in items:
        if _folder(item) == "e2e":
            item.add_marker(pytest.mark.timeout(900))
    items.sort(key=lambda item: LONGEST_FIRST.index(_folder(item)))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Half as many again as there are cores: tests wait for disks, and deployments for their own clocks."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Not one of those that xdist brings: see there."""
    from tests.parallel import InOrder

    return InOrder(config, log)


MAY_BE_SKIPPED = ("real footage", "this user may read everything", "no video hardware")
"""What a test may lack in CI too: files that are not the project's, an ordinary user, a graphics card."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that is skipped for want of a server or a package has failed."""
    report = yield
    excused = any(reason in str(report.longrepr) for reason in MAY_BE_SKIPPED)
    if report.skipped and os.environ.get("CI") and not excused:
        report.outcome = "failed"
    return report
