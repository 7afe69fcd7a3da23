"""The container builds objects by the annotations of their constructors, each once."""

from collections.abc import Callable
from typing import Protocol

import pytest

from dampipe.kernel.container import Container


class Engine:
    pass


class Repository:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


class Service:
    def __init__(self, repository: Repository, later: Callable[[], "Other"], limit: int = 3) -> None:
        self.repository = repository
        self.later = later
        self.limit = limit


class Other:
    def __init__(self, service: Service) -> None:
        self.service = service


class Port(Protocol):
    def answer(self) -> int: ...


class NeedsPort:
    def __init__(self, port: Port) -> None:
        self.port = port


class Left:
    def __init__(self, right: "Right") -> None: ...


class Right:
    def __init__(self, left: Left) -> None: ...


class NeedsNumber:
    def __init__(self, number: int) -> None: ...


class Unannotated:
    def __init__(self, thing) -> None:  # type: ignore[no-untyped-def]
        ...


def test_constructors_are_called_with_what_their_annotations_name_and_each_object_is_built_once() -> None:
    container = Container()
    service = container.get(Service)
    assert service.repository.engine is container.get(Engine)
    assert service.limit == 3
    assert container.get(Service) is service


def test_a_callable_is_built_when_it_is_called_so_that_two_types_may_need_each_other() -> None:
    container = Container()
    service = container.get(Service)
    assert service.later().service is service


def test_a_provider_comes_before_the_constructor_and_stands_for_a_protocol() -> None:
    class Answer:
        def answer(self) -> int:
            return 42

    container = Container()
    container.provide(Port, Answer)
    assert container.get(NeedsPort).port.answer() == 42


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (NeedsPort, "NeedsPort: the parameter 'port': Port is a protocol without a provider"),
        (NeedsNumber, "NeedsNumber: the parameter 'number': <class 'int'> has no provider"),
        (Unannotated, "Unannotated: the parameter 'thing' has no annotation"),
        (Left, "these types need each other: Left → Right → Left"),
    ],
)
def test_what_cannot_be_built_is_named(kind: type, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        Container().get(kind)
    assert message in str(caught.value)


def test_after_a_failure_the_next_call_tries_again() -> None:
    container = Container()
    with pytest.raises(TypeError):
        container.get(NeedsPort)
    container.provide(Port, lambda: object())
    assert isinstance(container.get(NeedsPort), NeedsPort)
