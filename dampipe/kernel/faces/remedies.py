"""What a person does next about an error, in the terms of one face: a command, or a place on the page."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

CLI = "CLI"
PAGE = "PAGE"
"""The faces; each is also the name of the face's table in a module of remedies."""


class Coded(Protocol):
    """An error, or what is stored of one."""

    @property
    def code(self) -> str:
        """`subject.problem`; empty for a text of no code."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the texts are filled with."""

    @property
    def hint(self) -> str:
        """The remedy that holds in every face."""


def sentences(reason: str, remedy: str) -> str:
    """What happened and what to do next, as sentences."""
    if not remedy:
        return reason
    return f"{reason.rstrip('.')}. {remedy[0].upper()}{remedy[1:]}"


class Remedies:
    """The remedies of all faces, by error code."""

    def __init__(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        """tables: by face, the tables that are searched, in order."""
        self._tables = tables

    def word(self, error: Coded, face: str) -> str:
        """The remedy in the terms of CLI or PAGE; that which holds everywhere where the face has none of its own."""
        text = next((table[error.code] for table in self._tables[face] if error.code in table), None)
        if text is None:
            return error.hint
        try:
            return text.format_map(error.parameters)
        except (KeyError, ValueError):  # stored by another version, with other parameters
            return error.hint
