"""The error codes of the media engine, and the remedies of the command line for them."""

import string

from dampipe.app.engine_remedies import CLI
from dampipe.kernel.errors import ErrorCode
from dampipe.media import errors

CODES = [value for value in vars(errors).values() if isinstance(value, ErrorCode)]


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_codes_are_unique_and_name_the_package() -> None:
    names = [code.code for code in CODES]
    assert len(names) == len(set(names)) > 20
    assert all(name.startswith("media.") for name in names)


def test_a_text_is_one_line_and_remedies_name_no_command() -> None:
    for code in CODES:
        assert code.text and "\n" not in code.text and not code.text.endswith("."), code
        assert "dampipe " not in code.remedy and "`" not in code.remedy, code
        assert code.remedy == "" or code.remedy.endswith("."), code


def test_the_remedies_of_the_command_line_belong_to_codes() -> None:
    texts = {code.code: code.text for code in CODES}
    for name, remedy in CLI.items():
        if name.startswith("media."):
            assert "`dampipe " in remedy
            assert parameters(remedy) <= parameters(texts[name])
