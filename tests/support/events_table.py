"""The table of events in docs/events.md: `python -m tests.support.events_table` writes it."""

import re
from pathlib import Path

import dampipe.app.features as _features  # noqa: F401 - registers the features
from dampipe.kernel.events.registry import EventRegistry

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
PLACE = re.compile(r"(<!-- kinds -->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    """All kinds of events with their payloads, by name."""
    lines = ["| Event | When | Data | Version | Kept as |", "|---|---|---|---|---|"]
    for payload in sorted(EventRegistry.of_features(), key=lambda payload: payload.KIND.name):
        kind = payload.KIND
        fields = ", ".join(f"`{name}`" for name in payload.model_fields) or "nothing"
        summary = kind.summary[0].lower() + kind.summary[1:].rstrip(".")
        lines.append(f"| `{kind.name}` | {summary} | {fields} | {kind.version} | `{kind.retention}` |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page with the table as it should be."""
    return PLACE.sub(lambda match: f"{match[1]}{table()}{match[2]}", PAGE.read_text())


if __name__ == "__main__":
    PAGE.write_text(page())
