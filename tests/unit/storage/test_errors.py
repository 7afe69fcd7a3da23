"""The error codes of storage, timelines and settings, and the remedies of the command line for them."""

import string
from types import ModuleType

import pytest

from dampipe.app.engine_remedies import CLI
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.settings import errors as settings_errors
from dampipe.storage import errors as storage_errors
from dampipe.storage.blobs import errors as blob_errors
from dampipe.storage.vectors import errors as vector_errors
from dampipe.timeline import errors as timeline_errors

SUBJECTS = {
    storage_errors: {"storage", "vectors", "index"},
    blob_errors: {"blob"},
    vector_errors: {"index"},
    timeline_errors: {"timeline"},
    settings_errors: {"settings"},
}


def codes(module: ModuleType) -> list[ErrorCode]:
    return [value for value in vars(module).values() if isinstance(value, ErrorCode)]


ALL = [code for module in SUBJECTS for code in codes(module)]


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_codes_are_unique() -> None:
    assert len(ALL) == len({code.code for code in ALL}) > 50


@pytest.mark.parametrize("module", SUBJECTS, ids=lambda module: module.__name__)
def test_codes_begin_with_their_subject(module: ModuleType) -> None:
    assert {code.code.partition(".")[0] for code in codes(module)} == SUBJECTS[module]


@pytest.mark.parametrize("code", ALL, ids=lambda code: code.code)
def test_a_text_is_one_line_and_a_remedy_names_no_command_of_dampipe(code: ErrorCode) -> None:
    assert code.text and "\n" not in code.text and not code.text.endswith(".")
    assert "`dampipe " not in code.remedy


def test_the_remedies_of_the_command_line_belong_to_codes() -> None:
    known = {code.code: code for code in ALL}
    prefixes = {prefix for subjects in SUBJECTS.values() for prefix in subjects}
    remedies = {name: text for name, text in CLI.items() if name.partition(".")[0] in prefixes}
    assert len(remedies) > 5
    for name, remedy in remedies.items():
        assert "`dampipe " in remedy
        assert parameters(remedy) <= parameters(known[name].text) | parameters(known[name].remedy)
