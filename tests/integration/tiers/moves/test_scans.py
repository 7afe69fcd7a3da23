"""Scans while plans move files: what is leaving is left as it is, and what was copied is not new."""

from pathlib import Path

import pytest

from dampipe.features.pruning.queries import Pruner
from dampipe.features.sources.model import Source, Tier
from dampipe.kernel.ids import LocationId, VersionId
from tests.support.moving import POLICY, Moving
from tests.support.pipeline import Deployment

CONTENT = b"moving pictures" * 1000
SLOW = POLICY.replace('"0d"', '"14d"')


class Trio:
    """A version with files in three sources, of which the first one is leaving."""

    def __init__(self, here: Moving, folder: Path) -> None:
        self.here = here
        self.deployment = Deployment(here.catalog)
        self.roots = [folder / name for name in ("hot", "near", "cold")]
        tiers = (Tier.HOT, Tier.NEARLINE, Tier.COLD)
        self.hot, self.near, self.cold = (
            here.source(root.name, root, tier) for root, tier in zip(self.roots, tiers, strict=True)
        )
        self.version: VersionId = here.version(CONTENT)
        self.first = self.file(self.hot, "a.mp4")
        self.second = self.file(self.near, "a.mp4")
        self.third = self.file(self.cold, "a.mp4")
        here.file(self.hot, "stays.mp4", b"another", here.version(b"another"))
        self.plan = here.plan(here.delete(self.first), policy=here.policy(SLOW))
        here.step()
        assert here.states()[self.first] == "leaving"

    def file(self, source: Source, key: str) -> LocationId:
        return self.here.file(source, key, CONTENT, self.version)

    def scan(self) -> int:
        return self.deployment.scan(*self.roots)

    def counts(self, scan: int) -> tuple[int, int, int, int]:
        found = self.here.catalog.scans.progress(scan)
        return found.new, found.changed, found.missing, found.moved


@pytest.fixture
def trio(here: Moving, tmp_path: Path) -> Trio:
    return Trio(here, tmp_path / "footage")


def test_a_leaving_file_is_left_as_it_is_by_every_scan(here: Moving, trio: Trio) -> None:
    for _ in range(2):
        assert trio.counts(trio.scan()) == (0, 0, 0, 0)
        assert here.states()[trio.first] == "leaving"
    here.execute("UPDATE folder SET listing = NULL")
    assert trio.counts(trio.scan()) == (0, 0, 0, 0)
    assert here.states()[trio.first] == "leaving"


def test_a_copy_that_was_made_is_not_new_to_the_next_scan(here: Moving, trio: Trio) -> None:
    trio.scan()
    fourth = here.source("fourth", trio.roots[0].parent / "fourth")
    plan = here.plan(here.copy(trio.second, fourth, "near/a.mp4"), policy=here.policy(SLOW))
    here.run(plan)
    scan = trio.deployment.scan(trio.roots[0].parent / "fourth")
    assert trio.counts(scan) == (0, 0, 0, 0)


def test_a_deleted_file_is_not_missing_to_the_next_scan(here: Moving, trio: Trio) -> None:
    trio.scan()
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=trio.first)
    here.run(trio.plan)
    assert trio.counts(trio.scan()) == (0, 0, 0, 0)
    assert trio.first not in here.states()


def test_a_leaving_file_that_is_gone_is_not_missing(here: Moving, trio: Trio) -> None:
    (trio.roots[0] / "a.mp4").unlink()
    assert trio.counts(trio.scan()) == (0, 0, 0, 0)
    assert here.states()[trio.first] == "leaving"


def test_a_leaving_file_that_is_renamed_becomes_a_file_of_its_own(here: Moving, trio: Trio) -> None:
    (trio.roots[0] / "a.mp4").rename(trio.roots[0] / "b.mp4")
    assert trio.counts(trio.scan())[0] == 1
    trio.deployment.drain()
    states = here.states()
    assert states[trio.first] == "leaving"
    here.execute("UPDATE location SET leaves_at = 5 WHERE id = :id", id=trio.first)
    here.run(trio.plan)
    assert (trio.roots[0] / "b.mp4").read_bytes() == CONTENT
    assert trio.first not in here.states() and max(here.states()) in here.states()


def test_a_leaving_file_that_was_replaced_is_a_changed_one_and_stays(here: Moving, trio: Trio) -> None:
    (trio.roots[0] / "a.mp4").write_bytes(b"another take")
    assert trio.counts(trio.scan())[1] == 1
    assert here.states()[trio.first] == "present"
    here.run(trio.plan)
    assert here.outcomes(trio.plan) == [("delete", "skipped", "tier.changed")]
    assert (trio.roots[0] / "a.mp4").exists()


def test_a_prune_forgets_no_leaving_file(here: Moving, trio: Trio) -> None:
    Pruner(here.catalog.database).prune(None, lambda _: None, lambda _: None, annotations=True)
    assert here.states()[trio.first] == "leaving"


def test_fixity_checks_are_requested_of_no_leaving_file(here: Moving, trio: Trio) -> None:
    from dampipe.features.fixity.queue import FileScope

    scopes = [FileScope(one.id) for one in (trio.hot, trio.near, trio.cold)]
    checks = here.catalog.verifications
    assert checks.request(scopes, checks.now() + 60, None, checks.now()) == 3
