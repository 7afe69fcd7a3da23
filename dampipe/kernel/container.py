"""A container that builds the objects of one process by type, each once, when it is first asked for.

A type is built by its provider where it has one, otherwise by its constructor, whose annotated parameters are
built in the same way. So a repository or a service states what it needs in its constructor and nowhere else.

Providers are named by features (`Feature.providers`) and by the application, and are imported when they are used: a
command imports what it needs, and no more.
"""

import threading
from collections.abc import Callable, Mapping
from inspect import Parameter, isabstract, signature
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

from dampipe.kernel.feature import load_dotted

T = TypeVar("T")


def dotted_name(kind: Any) -> str:
    """The name of a type, as `load_dotted` takes it; empty for anything else."""
    return f"{kind.__module__}:{kind.__qualname__}" if isinstance(kind, type) else ""


class Services(Protocol):
    """What commands, endpoints and sweeps of features are given: use cases by type."""

    def get(self, kind: type[T]) -> T:
        """The one object of that type in this process, built at the first call. Raises TypeError."""
        ...


class Container:
    """Objects by type. Safe to use from several threads."""

    def __init__(self, named: Mapping[str, str] | None = None) -> None:
        """named: dotted names of providers by those of types; a provider is a class, or a function of Services."""
        self._named = named or {}
        self._providers: dict[Any, Callable[[], Any]] = {}
        self._made: dict[Any, Any] = {}
        self._building: list[Any] = []
        self._lock = threading.RLock()

    def provide(self, kind: Any, provider: Callable[[], Any]) -> None:
        """Let a type be built by a function without arguments; replaces an earlier provider."""
        self._providers[kind] = provider

    def get(self, kind: type[T]) -> T:
        """The one object of that type. Raises TypeError where a parameter cannot be built, or types need each other."""
        with self._lock:
            if kind not in self._made:
                if kind in self._building:
                    names = " → ".join(one.__name__ for one in [*self._building, kind])
                    raise TypeError(f"these types need each other: {names}; take one as Callable[[], X]")
                self._building.append(kind)
                try:
                    provider = self._provider(kind)
                    self._made[kind] = provider() if provider else self._construct(kind)
                finally:
                    self._building.pop()
            made: T = self._made[kind]
            return made

    def close(self) -> None:
        """Close the objects that were built and can be closed, the last one first: connections, helper processes."""
        with self._lock:
            made = [one for one in self._made.values() if one is not self]
        for one in reversed(made):
            close = getattr(one, "close", None)
            if callable(close):
                close()

    def _provider(self, kind: Any) -> Callable[[], Any] | None:
        if kind in self._providers:
            return self._providers[kind]
        if (name := self._named.get(dotted_name(kind))) is None:
            return None
        found = load_dotted(name)
        return (lambda: self.get(found)) if isinstance(found, type) else (lambda: found(self))

    def _has_provider(self, kind: Any) -> bool:
        return kind in self._providers or dotted_name(kind) in self._named

    def _construct(self, kind: type[Any]) -> Any:
        if not isinstance(kind, type) or kind.__module__ == "builtins" or isabstract(kind):
            raise TypeError(f"{kind} has no provider")
        if getattr(kind, "_is_protocol", False):
            raise TypeError(f"{kind.__name__} is a protocol without a provider")
        hints = get_type_hints(kind.__init__)
        arguments: dict[str, Any] = {}
        for name, parameter in list(signature(kind.__init__).parameters.items())[1:]:
            if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
                continue
            if parameter.default is not Parameter.empty and not self._has_provider(hints.get(name)):
                continue
            if name not in hints:
                raise TypeError(f"{kind.__name__}: the parameter {name!r} has no annotation")
            try:
                arguments[name] = self._argument(hints[name])
            except TypeError as error:
                raise TypeError(f"{kind.__name__}: the parameter {name!r}: {error}") from error
        return kind(**arguments)

    def _argument(self, hint: Any) -> Any:
        if self._has_provider(hint):
            return self.get(hint)
        if get_origin(hint) is Callable and get_args(hint)[0] == []:
            result = get_args(hint)[1]
            return lambda: self.get(result)
        return self.get(hint)
