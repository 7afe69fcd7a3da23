"""Error codes and the remedies that each face words for them."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

import dampipe
from dampipe.app.errors import NO_WORKERS, UNSERVED_QUEUES
from dampipe.app.features import features
from dampipe.app.remedies import remedies
from dampipe.jobs.model import StoredError
from dampipe.kernel.errors import DampipeError, ErrorCode
from dampipe.kernel.faces.remedies import CLI, PAGE, Remedies

PACKAGE = Path(dampipe.__file__).parent


@cache
def codes() -> dict[tuple[str, str], ErrorCode]:
    """Every error code, by the module that declares it and its name there."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        constants = re.findall(r"^(\w+) = ErrorCode\(", path.read_text(encoding="utf-8"), re.M)
        if constants:
            module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            found |= {(module, constant): getattr(import_module(module), constant) for constant in constants}
    return found


def tables() -> Iterator[tuple[str, Mapping[str, str]]]:
    """The tables of remedies, each with the name of its face."""
    for name in ["dampipe.app.engine_remedies", *(feature.remedies for feature in features())]:
        if name:
            module = import_module(name)
            yield from ((CLI, module.CLI), (PAGE, module.PAGE))


def uses() -> Iterator[tuple[str, ErrorCode, set[str]]]:
    """Where an error is made from a code: the place, the code, and the names of the parameters."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name.asname or name.name: codes()[str(node.module), name.name]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
            if (str(node.module), name.name) in codes()
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
                continue
            for number, argument in enumerate(node.args):
                if isinstance(argument, ast.Name) and argument.id in imported:
                    where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                    given = {str(keyword.arg) for keyword in node.keywords}
                    if getattr(node.func, "id", "") in ("Refusal", "Objection"):  # take them as a mapping
                        mapping = [*node.args[number + 1 :], ast.Dict([], [])][0]
                        if not isinstance(mapping, ast.Dict):
                            continue
                        given = {str(ast.literal_eval(key)) for key in mapping.keys if key is not None}
                    yield where, imported[argument.id], given


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_codes_are_unique() -> None:
    declared = list(codes().values())
    assert len({code.code for code in declared}) == len(declared) > 30


def test_remedies_belong_to_codes_that_exist() -> None:
    known = {code.code for code in codes().values()}
    assert [code for _, table in tables() for code in table if code not in known] == []


def test_no_command_is_named_below_the_command_line() -> None:
    texts = [text for code in codes().values() for text in (code.text, code.remedy)]
    texts += [text for face, table in tables() if face == PAGE for text in table.values()]
    assert [text for text in texts if "`dampipe" in text or "--" in text] == []


def test_every_error_has_the_parameters_that_its_text_and_its_remedies_use() -> None:
    remedies = [(code, text) for _, table in tables() for code, text in table.items()]
    seen = 0
    for where, code, parameters in uses():
        texts = [code.text, code.remedy, *(text for other, text in remedies if other == code.code)]
        missing = set().union(*map(fields, texts)) - parameters
        assert not missing, f"{where}: {code.code} lacks {missing}"
        seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    ("face", "expected"),
    [
        (CLI, "`dampipe worker --queues embed,index` serves them."),
        (PAGE, "Start a worker for these queues."),
    ],
)
def test_a_face_words_a_remedy_in_its_own_terms(face: str, expected: str) -> None:
    error = DampipeError(UNSERVED_QUEUES, workers="io", queues="embed, index", queue_list="embed,index")
    assert str(error) == "io; no worker serves embed, index"
    assert remedies().word(error, face) == expected


def test_a_code_without_a_remedy_of_the_face_keeps_its_own() -> None:
    error = DampipeError(NO_WORKERS)
    assert Remedies({CLI: [{}]}).word(error, CLI) == NO_WORKERS.remedy


def test_a_stored_error_whose_parameters_are_of_another_version_keeps_its_own() -> None:
    stored = StoredError(code="queue.unserved", parameters={"old": 1}, hint="Start a worker.")
    assert (
        Remedies({CLI: [{"queue.unserved": "`dampipe worker --queues {queues}`"}]}).word(stored, CLI)
        == stored.hint
    )
