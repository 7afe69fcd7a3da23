"""Which functions write a table: read from the code."""

import ast
from collections.abc import Iterator

from tests.unit.catalog.test_table_owners import names_in, sources, writes


def writers(tables: set[str]) -> dict[str, set[str]]:
    """By `path:function` (or `path:CONSTANT`, for a statement that is built once): the tables that are written."""
    found: dict[str, set[str]] = {}
    for path, tree in sources():
        names = names_in(path, tree)
        for label, node in _parts(tree, path):
            written = {table for table, _ in writes(ast.Module([node], []), names)} & tables
            if written:
                found.setdefault(label, set()).update(written)
    return found


def calls(label: str) -> set[str]:
    """The names of all functions that a function calls."""
    for path, tree in sources():
        for other, node in _parts(tree, path):
            if other == label:
                made = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
                return {getattr(one, "attr", getattr(one, "id", "")) for one in made}
    raise LookupError(label)


def _parts(tree: ast.Module, path: str) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                name = getattr(inner, "name", "")
                yield f"{path}:{node.name}.{name}", inner
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield f"{path}:{getattr(target, 'id', '')}", node
        else:
            yield f"{path}:{getattr(node, 'name', '')}", node
