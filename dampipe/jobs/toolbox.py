"""The toolbox: the tools that stages take besides their inputs, by type, made at first use."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


class Toolbox(Protocol):
    """Tools by their type. A tool with a `fingerprint` (a recipe, a model) is part of the keys of
    the stages that use it."""

    def fingerprint(self, tool: type) -> str | None:
        """The tool's fingerprint, or None if it has none. Raises KeyError when there is no such tool."""

    def handed_on(self, tool: type) -> str | None:
        """The fingerprint of what later stages see of the tool's work: all of it, or a part."""

    def get(self, tool: type) -> object:
        """The tool, made at the first call."""

    def missing_packages(self, tools: Iterable[type]) -> str:
        """What pip has to install before these tools can be used, as pip takes it; empty where nothing is missing."""


class Tools:
    """A toolbox over ready objects, for tests and plug-ins that need no laziness."""

    def __init__(self, tools: Mapping[type, object]) -> None:
        self._tools = dict(tools)

    def fingerprint(self, tool: type) -> str | None:
        """See Toolbox."""
        return getattr(self._tools[tool], "fingerprint", None)

    def handed_on(self, tool: type) -> str | None:
        """See Toolbox."""
        return self.fingerprint(tool)

    def get(self, tool: type) -> object:
        """See Toolbox."""
        return self._tools[tool]

    def missing_packages(self, tools: Iterable[type]) -> str:
        """See Toolbox."""
        return ""


@dataclass(frozen=True)
class Tool:
    """How a tool is made, and what is known of it before."""

    make: Callable[[], object]
    fingerprint: Callable[[], str] | None = None
    """What makes its results differ; asked for without making the tool."""
    handed_on: Callable[[], str] | None = None
    """What of that makes a difference for later stages, where it is not all."""
    missing_packages: Callable[[], str] = lambda: ""
    """What pip has to install before it can be used; empty where nothing is missing."""


class LazyTools:
    """A toolbox that makes each tool at the first call for it."""

    def __init__(self, tools: Mapping[type, Tool]) -> None:
        self._tools = tools
        self._made: dict[type, object] = {}
        self._missing: dict[type, str] = {}

    def fingerprint(self, tool: type) -> str | None:
        """See Toolbox."""
        found = self._tools[tool].fingerprint
        return found() if found else None

    def handed_on(self, tool: type) -> str | None:
        """See Toolbox."""
        found = self._tools[tool].handed_on
        return found() if found else self.fingerprint(tool)

    def get(self, tool: type) -> object:
        """See Toolbox."""
        if tool not in self._made:
            self._made[tool] = self._tools[tool].make()
        return self._made[tool]

    def missing_packages(self, tools: Iterable[type]) -> str:
        """See Toolbox."""
        found = set()
        for tool in tools:
            if tool not in self._missing:  # asked for before every run
                self._missing[tool] = self._tools[tool].missing_packages()
            found.add(self._missing[tool])
        return " ".join(sorted(found - {""}))

    def close(self) -> None:
        """Close the tools that were made and can be closed; they are made again when they are asked for."""
        made, self._made = self._made, {}
        for tool in made.values():
            close = getattr(tool, "close", None)
            if callable(close):
                close()
