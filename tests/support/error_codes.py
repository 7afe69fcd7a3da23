"""docs/errors.md, written from the code: `python -m tests.support.error_codes > docs/errors.md`."""

import sys
from importlib import import_module
from pathlib import Path

from dampipe.kernel.errors import ErrorCode

ROOT = Path(__file__).parents[2]
HEAD = """\
# Error codes

Below the faces an error is a code with parameters ([dampipe/kernel/errors.py](../dampipe/kernel/errors.py)). The code
is stable and part of the [HTTP API](api.md#errors). Texts and remedies are format strings over the parameters. The
command line and the page may add what to do next in their own terms.

`python -m tests.support.error_codes > docs/errors.md` writes this page.
"""


def error_codes() -> list[ErrorCode]:
    """All error codes that the package declares, by code. Raises ValueError if two have one code."""
    found: dict[str, ErrorCode] = {}
    for file in sorted((ROOT / "dampipe").rglob("*.py")):
        if " = ErrorCode(" in file.read_text(encoding="utf-8"):
            module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
            for value in vars(module).values():
                if isinstance(value, ErrorCode) and found.setdefault(value.code, value) is not value:
                    raise ValueError(f"two errors have the code {value.code}")
    return [found[code] for code in sorted(found)]


def page() -> str:
    """The text of docs/errors.md."""
    parts = [HEAD]
    subject = ""
    for error in error_codes():
        if error.code.partition(".")[0] != subject:
            subject = error.code.partition(".")[0]
            parts.append(f"\n## {subject}\n\n| Code | What happened | What to do next |\n|---|---|---|\n")
        parts.append(f"| `{error.code}` | {_cell(error.text)} | {_cell(error.remedy)} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
