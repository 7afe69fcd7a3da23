"""A table is written only by its owner: read from the code, not from what it does."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dampipe.app.features import metadata

ROOT = Path(__file__).parents[3]
PACKAGES = ("dampipe", "tasks", "workers")

OWNERS = {
    "run": "dampipe/jobs/state.py",
    "worker": "dampipe/jobs/",
    "event": "dampipe/kernel/events/",
    "event_sequence": "dampipe/kernel/events/",
    "event_horizon": "dampipe/kernel/events/",
    "event_subscriber": "dampipe/kernel/events/",
    "account": "dampipe/features/access/",
    "account_identity": "dampipe/features/access/",
    "account_session": "dampipe/features/access/",
    "access_token": "dampipe/features/access/",
    "login_window": "dampipe/features/access/throttle.py",
    "original_release": "dampipe/features/originals/",
    "access_grant": "dampipe/features/access/",
    "webhook": "dampipe/features/webhooks/",
    "webhook_delivery": "dampipe/features/webhooks/",
    "source": "dampipe/features/sources/",
    "path_map": "dampipe/features/sources/",
    "asset": "dampipe/features/assets/",
    "version": "dampipe/features/assets/",
    "version_operation": "dampipe/features/versions/",
    "location": "dampipe/features/sources/",
    "folder": "dampipe/features/sources/",
    "derivative": "dampipe/features/derivatives/",
    "alignment": "dampipe/features/alignment/",
    "fingerprint": "dampipe/features/duplicates/",
    "frame_key": "dampipe/features/duplicates/",
    "near_duplicate": "dampipe/features/duplicates/",
    "near_duplicate_search": "dampipe/features/duplicates/",
    "verification": "dampipe/features/fixity/",
    "throughput": "dampipe/features/processing/throughput.py",
    "scan": "dampipe/features/scanning/",
    "asset_group": "dampipe/features/grouping/",
    "group_identifier": "dampipe/features/grouping/",
    "group_member": "dampipe/features/grouping/",
    "machine_tag": "dampipe/features/machinetags/queries.py",
    "machine_tag_scheme": "dampipe/features/machinetags/queries.py",
    "machine_tag_term": "dampipe/features/machinetags/queries.py",
    "machine_tag_calibration": "dampipe/features/machinetags/queries.py",
    "machine_tag_verdict": "dampipe/features/machinetags/queries.py",
    "metadata_schema": "dampipe/features/metadata/schema_service.py",
    "value": "dampipe/features/metadata/queries.py",
    "value_operation": "dampipe/features/metadata/queries.py",
    "value_change": "dampipe/features/metadata/queries.py",
    "import_note": "dampipe/features/imports/notes/queries.py",
    "import_session": "dampipe/features/imports/",
    "upload": "dampipe/features/uploads/",
    "upload_file": "dampipe/features/uploads/",
    "import_file": "dampipe/features/imports/",
    "sidecar": "dampipe/features/sidecars/queries.py",
    "sidecar_place": "dampipe/features/sidecars/queries.py",
    "sidecar_outbox": "dampipe/features/sidecars/queries.py",
    "sidecar_wish": "dampipe/features/sidecars/queries.py",
    "vocabulary": "dampipe/features/vocabularies/",
    "term": "dampipe/features/vocabularies/",
    "term_broader": "dampipe/features/vocabularies/",
    "term_label": "dampipe/features/vocabularies/",
    "term_note": "dampipe/features/vocabularies/",
    "vocabulary_operation": "dampipe/features/vocabularies/",
    "subclip": "dampipe/features/subclips/queries.py",
    "subclip_value": "dampipe/features/subclips/queries.py",
    "edit": "dampipe/features/undo/journal.py",
    "edit_change": "dampipe/features/undo/journal.py",
    "workflow_definition": "dampipe/features/workflow/queries.py",
    "workflow_item": "dampipe/features/workflow/queries.py",
    "comment": "dampipe/features/review/queries.py",
    "comment_mention": "dampipe/features/review/queries.py",
    "comment_carry": "dampipe/features/review/queries.py",
    "licence": "dampipe/features/rights/",
    "licensed_asset": "dampipe/features/rights/",
    "rights_policy": "dampipe/features/rights/",
    "tier_restore": "dampipe/features/tiers/restoring/queries.py",
    "tier_restore_file": "dampipe/features/tiers/restoring/queries.py",
    "tier_policy": "dampipe/features/tiers/plans.py",
    "tier_plan": "dampipe/features/tiers/plans.py",
    "tier_action": "dampipe/features/tiers/plans.py",
    "vector": "dampipe/features/search/",
    "search_document": "dampipe/features/search/",
    "search_document_dirty": "dampipe/kernel/documents/",
    "facet_dirty": "dampipe/kernel/facets/",
    "facet_key": "dampipe/features/facets/queries.py",
    "facet_posting": "dampipe/features/facets/queries.py",
    "facet_version": "dampipe/features/facets/queries.py",
    "facet_state": "dampipe/features/facets/queries.py",
    "collection": "dampipe/features/collections/",
    "collection_grant": "dampipe/features/collections/",
    "collection_item": "dampipe/features/collections/",
    "share": "dampipe/features/sharing/queries.py",
    "share_key": "dampipe/features/sharing/queries.py",
    "share_session": "dampipe/features/sharing/queries.py",
    "facet_text": "dampipe/features/facets/queries.py",
    "query_vector": "dampipe/features/search/",
    "score_floor": "dampipe/features/search/",
}
"""Table -> the folder or file whose code may write it. Reading is free."""

_WRITES = {"insert", "update", "delete"}
_READS = {
    *("select", "select_from", "join", "join_from", "outerjoin", "aliased", "correlate", "table_of"),
    *("holds", "ensure_all", "Undoable"),
}
"""Functions that take a table and do not write it; the rows of an `Undoable` are restored by the feature undo, for their
owner. Any other call with a table among its arguments counts as one that
does, since it may pass the table on."""


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in files
        if "migrations" not in path.parts
    )


@cache
def table_names() -> dict[str, str]:
    """By the name of a constant or of a row's class: the table."""
    classes: dict[str, str] = {}
    constants: dict[str, str] = {}
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if (
                        isinstance(line, ast.Assign)
                        and name_of(line.targets[0]) == "__tablename__"
                        and isinstance(line.value, ast.Constant)
                    ):
                        classes[node.name] = str(line.value.value)
    for _, tree in sources():
        for node in ast.walk(tree):
            is_call = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            if is_call and name_of(node.value.func) == "table_of":
                constants[name_of(node.targets[0])] = classes[name_of(node.value.args[0])]
    return {**classes, **constants}


def names_in(path: str, tree: ast.Module) -> dict[str, str]:
    """Those of the names that this file imports from a module of tables, under the names that it gives them."""
    tables = table_names()
    if path.endswith("tables.py"):
        return tables
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if (node.module or "").endswith("tables"):
                found |= {
                    one.asname or one.name: tables[one.name] for one in node.names if one.name in tables
                }
            if any(one.name == "tables" for one in node.names):
                return tables
    return found


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name; "" for other expressions."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def writes(tree: ast.Module, tables: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The tables that code writes, and in which lines."""
    in_sql = re.compile(rf"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+({'|'.join(OWNERS)})\b")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for table in in_sql.findall(node.value):
                yield table, node.lineno
        if not isinstance(node, ast.Call):
            continue
        function = name_of(node.func)
        arguments = [name_of(argument) for argument in node.args]
        if function not in _READS:  # update(RUN), database.insert(RUN), insert_many(connection, RUN, …)
            yield from ((tables[argument], node.lineno) for argument in arguments if argument in tables)
        if function in _WRITES and isinstance(node.func, ast.Attribute):  # RUN.insert()
            receiver = name_of(node.func.value)
            if receiver in tables:
                yield tables[receiver], node.lineno
        if function in tables:  # RunRow(…), to be added to a session
            yield tables[function], node.lineno


def foreign_writes() -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for path, tree in sources():
        for table, line in writes(tree, names_in(path, tree)):
            if not path.startswith(OWNERS[table]):
                found.setdefault((table, path), []).append(line)
    return found


def test_every_table_has_an_owner() -> None:
    assert set(OWNERS) == set(metadata().tables)
    assert set(table_names().values()) == set(OWNERS)
    assert all((ROOT / owner).exists() for owner in OWNERS.values())


def test_a_table_is_written_only_by_its_owner() -> None:
    assert foreign_writes() == {}


def test_the_owner_of_each_table_does_write_it() -> None:
    written = {
        table
        for path, tree in sources()
        for table, _ in writes(tree, names_in(path, tree))
        if path.startswith(OWNERS[table])
    }
    assert set(OWNERS) - written == set()


@pytest.mark.parametrize(
    "code",
    [
        "update(RUN).where(x)",
        "connection.execute(delete(RUN))",
        "self._db.insert(RUN)",
        "RUN.insert().values(a=1)",
        "tables.RUN.update()",
        "database.insert_many(connection, RUN, (), [])",
        "_upsert(database, RUN, values)",
        "connection.execute(text('DELETE FROM run WHERE id = 1'))",
        "session.add(RunRow(stage='hash'))",
    ],
)
def test_a_write_is_recognised(code: str) -> None:
    assert [table for table, _ in writes(ast.parse(code), table_names())] == ["run"]


@pytest.mark.parametrize(
    "code", ["select(RUN)", "select(a).select_from(RUN.join(ASSET))", "RUN.alias('done')"]
)
def test_a_read_is_no_write(code: str) -> None:
    assert list(writes(ast.parse(code), table_names())) == []
