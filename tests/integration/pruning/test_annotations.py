"""What people wrote outlives files: prune keeps tagged assets, and removes them only with `--with-annotations`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select

from dampipe.app.features import features
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.tables import VALUE
from dampipe.features.pruning import cli
from dampipe.features.pruning.model import PruneRequest
from dampipe.features.pruning.queries import Pruner
from dampipe.features.pruning.service import PruneService
from dampipe.features.sources.model import LocationState
from dampipe.features.tagging.fields import is_tag
from dampipe.kernel import annotations
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from tests.support.processed import ProcessedLibrary, library, lose, tree

__all__ = ["library", "tree"]  # fixtures


def tag_gone(library: ProcessedLibrary, count: int, tag: str = "keepme") -> list[str]:
    """Tag the assets of the first missing files; returns these paths."""
    gone = sorted(path for path, (state, *_) in library.places().items() if state == LocationState.MISSING)
    sha1s = [library.places()[path][1] for path in gone[:count]]
    library.catalog.tags.add(tag, [library.catalog.assets.find(str(sha1)).id for sha1 in sha1s])
    return gone[:count]


def tags(library: ProcessedLibrary) -> int:
    with library.catalog.database.read() as connection:
        return len(connection.execute(select(VALUE.c.id).where(is_tag())).all())


def test_tagged_assets_are_kept_as_missing_and_listed(library: ProcessedLibrary, tree: Path) -> None:
    lose(library, tree, 3)
    kept = tag_gone(library, 2)
    planned = library.pruning.plan(LOCAL, PruneRequest())
    assert (planned.locations, planned.assets, planned.vectors, planned.derivatives) == (1, 1, 2, 1)
    assert planned.annotated == 2 and sorted(planned.annotated_paths) == kept
    assert not set(planned.paths) & set(kept)
    assert library.pruning.prune(LOCAL, PruneRequest()) == planned
    assert library.catalog.totals.of() == (7, 7) and tags(library) == 2
    missing = [path for path, (state, *_) in library.places().items() if state == LocationState.MISSING]
    assert sorted(missing) == kept
    assert len(list(library.blobs.keys())) == 7, "their posters stay, too"
    again = library.pruning.prune(LOCAL, PruneRequest())
    assert (again.locations, again.assets, again.annotated) == (0, 0, 2)


def test_they_go_only_when_the_request_says_so(library: ProcessedLibrary, tree: Path) -> None:
    lose(library, tree, 3)
    tag_gone(library, 2)
    planned = library.pruning.plan(LOCAL, PruneRequest(annotations=True))
    assert (planned.locations, planned.assets, planned.annotated) == (3, 3, 2)
    assert library.pruning.prune(LOCAL, PruneRequest(annotations=True)) == planned
    assert library.catalog.totals.of() == (5, 5) and tags(library) == 0
    assert library.pruning.prune(LOCAL, PruneRequest(annotations=True)).annotated == 0


def test_tagged_assets_outlive_the_source_that_was_removed(library: ProcessedLibrary, tree: Path) -> None:
    lose(library, tree, 1)
    tag_gone(library, 1)
    library.sources.remove(LOCAL, library.sources.reports(LOCAL)[0].name)
    done = library.pruning.prune(LOCAL, PruneRequest())
    assert (done.assets, done.annotated) == (7, 1)
    assert done.annotated_paths == (library.catalog.list_videos(limit=9)[0].name,), (
        "no path is known any more"
    )
    assert library.catalog.totals.of() == (1, 0) and tags(library) == 1


def test_a_missing_copy_of_a_tagged_asset_that_is_elsewhere_is_forgotten(
    library: ProcessedLibrary, tree: Path
) -> None:
    clip = sorted(tree.rglob("*.mp4"))[0]
    (tree / "copy.mp4").write_bytes(clip.read_bytes())
    library.scan(tree)
    library.hash_all()
    lose(library, tree, 1)
    tag_gone(library, 1)
    done = library.pruning.prune(LOCAL, PruneRequest())
    assert (done.locations, done.assets, done.annotated) == (1, 0, 0)
    assert tags(library) == 1


def test_a_tag_that_is_given_while_a_prune_runs_is_kept(library: ProcessedLibrary, tree: Path) -> None:
    """After its locations, its runs and its derivatives are gone: the row and the tag stay."""
    lose(library, tree, 1)
    [gone] = [sha1 for _, (state, sha1, _) in library.places().items() if state == LocationState.MISSING]

    def delete(key: str) -> None:
        asset = library.catalog.assets.find(str(gone)).id
        library.catalog.tags.add("late", [asset])

    Pruner(library.catalog.database).prune(None, delete, lambda _: None)
    assert tags(library) == 1
    with library.catalog.database.read() as connection:
        assert gone in connection.execute(select(VERSION.c.sha1)).scalars().all()


def test_more_than_one_transaction_of_tagged_assets_comes_to_an_end(
    library: ProcessedLibrary, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.features.pruning.queries.ROWS_PER_TRANSACTION", 2)
    lose(library, tree, 7)
    tag_gone(library, 5)
    done = library.pruning.prune(LOCAL, PruneRequest())
    assert (done.locations, done.assets, done.annotated) == (2, 2, 5)


def test_any_feature_can_say_that_people_wrote_something(
    library: ProcessedLibrary, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(library, tree, 2)

    def all_of_them(connection: Connection, assets: Sequence[int]) -> AssetSet:
        return AssetSet(assets)

    monkeypatch.setattr(annotations, "registered", lambda field: [all_of_them])
    assert library.pruning.prune(LOCAL, PruneRequest()).annotated == 2
    assert library.catalog.totals.of() == (8, 8)


def test_each_feature_in_which_people_write_about_assets_is_registered() -> None:
    named = [name for feature in features() for name in feature.annotations]
    owners = ["collections", "metadata", "review", "rights", "subclips", "workflow"]
    assert sorted(name.split(".")[2] for name in named) == owners


class Services:
    """The services of a command, over a library of a test."""

    def __init__(self, library: ProcessedLibrary) -> None:
        self._library = library

    def get(self, kind: type[Any]) -> Any:
        assert kind is PruneService
        return self._library.pruning


def test_the_command_asks_first(library: ProcessedLibrary, tree: Path) -> None:
    lose(library, tree, 2)
    [kept] = tag_gone(library, 1)

    def run(*arguments: str, answer: str = "") -> Any:
        return CliRunner().invoke(cli.command, list(arguments), input=answer, obj=Services(library))

    assert f"kept, since it has tags: {kept}" in run("--dry-run").output
    for answer in ("n\n", ""):
        refused = run("--with-annotations", answer=answer)
        assert refused.exit_code == 1 and "what people wrote about 1 asset" in refused.output
        assert library.catalog.totals.of() == (8, 8), "nothing was removed"
    assert run("--with-annotations", "--dry-run").exit_code == 0 and tags(library) == 1
    assert run().exit_code == 0 and tags(library) == 1
    done = run("--with-annotations", "--yes")
    assert done.exit_code == 0 and f"removed, with tags: {kept}" in done.output
    assert tags(library) == 0
    assert run("--with-annotations").exit_code == 0, "there is nothing to ask about"
