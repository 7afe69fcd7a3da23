"""Small inputs that were once processed wrongly, where a checkout has them beside itself."""

from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def case(name: str) -> Path:
    """The path of a case; skips the test without it."""
    path = CASES / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside this checkout")
    return path
