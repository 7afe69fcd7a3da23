"""The worked examples of CONTRIBUTING.md, so that tests run the text that readers copy."""

import re
from pathlib import Path

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"


def python_examples(heading: str) -> list[str]:
    """The Python code blocks under a heading of the second level, in order."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, f"CONTRIBUTING.md has no section {heading!r}"
    return re.findall(r"^```python\n(.*?)^```", section[1], re.M | re.S)
