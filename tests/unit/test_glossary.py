"""docs/glossary.md and the code agree: a term is found where it says, and words that it avoids are not used."""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| [^|]+ \| `([\w./]+)` \|$", GLOSSARY, re.M)
AVOIDED = {
    r"\bwhoever\b": "the name of the actor",
    r"\b(?:nobody|somebody)\b": "the name of the actor",
    r"\bafresh\b": "again",
    r"(?<!there )\bis no (?!longer|more\b|need)[a-z]+": "is not a (valid) …",
    r"\b(?:hears|is told|are told|to be told)\b": "on_progress, is called with",
    r"\bgoes on\b": "continues",
    r"\bgivers?\b": "upstream",
    r"\bpass(?:es)? by what\b": "skips",
    r"\btake(?:s|n)? down what\b": "records",
    r"\bof which nothing\b": "a sentence with a subject",
    r"\bby itself\b": "automatically, alone",
}
"""Patterns of the words that the glossary's last table avoids, and what to write."""


@cache
def all_texts() -> list[tuple[str, int, str]]:
    """Strings and comments of all Python files, with their places."""
    return [(str(path.relative_to(ROOT)), line, text) for path in files() for line, text in texts(path)]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Strings and comments of a Python file, with their lines."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token.start[0], token.string


def files() -> list[Path]:
    found = [*ROOT.glob("tasks/*.py"), *ROOT.glob("workers/*.py"), ROOT / "celeryconfig.py"]
    found += [path for path in ROOT.glob("dampipe/**/*.py") if "migrations" not in path.parts]
    return sorted(path for path in found if not any(parent.is_symlink() for parent in path.parents))


def test_there_are_terms() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize(("term", "file"), ROWS, ids=[term for term, _ in ROWS])
def test_a_term_is_found_where_the_glossary_says(term: str, file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8").lower()
    for name in re.split(r", ", term):
        stem = name.lower().rstrip("s")
        words = [stem, stem.replace(" ", "_"), stem.replace(" ", ""), stem.replace("-", "")]
        assert any(word in text for word in words), f"{file} does not have {name!r}"


@pytest.mark.parametrize("pattern", AVOIDED)
def test_words_that_are_avoided_are_not_used(pattern: str) -> None:
    found = [
        f"{path}:{line}: {match[0]!r}"
        for path, line, text in all_texts()
        for match in re.finditer(pattern, text, re.I)
    ]
    assert found == [], f"write: {AVOIDED[pattern]}"
