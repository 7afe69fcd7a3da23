"""The parameters of a search over HTTP, derived from the request and from the registry of filter fields."""

from collections.abc import Callable
from copy import copy
from typing import Annotated, Any, Literal, TypeVar, get_origin

from fastapi import Query
from pydantic import BaseModel, Field, create_model

from dampipe.features.search.model import SearchRequest
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.faces.http import STRICT, PathText, PictureDep, Storable
from dampipe.kernel.filter import FILTER_NAME_INVALID, FilterField, FilterRegistry

Request = TypeVar("Request", bound=SearchRequest)

NAMES = {"words": "q"}
"""Parameters that are not called as the request's field."""
MAX_VALUES = 100
"""Values of one parameter."""
NOT_PARAMETERS = ("image", "filters")


def request_from_parameters(kind: type[Request], registry: FilterRegistry) -> Callable[..., Request]:
    """A FastAPI dependency that reads a request from query parameters, all of which OpenAPI lists.

    Raises ValueError for a filter field that has the name of another parameter.
    """
    model = parameters_of(kind, registry)

    def read(parameters: Annotated[model, Query()]) -> Request:  # type: ignore[valid-type]
        return _request(kind, registry, parameters, None)

    return read


def request_with_picture(kind: type[Request], registry: FilterRegistry) -> Callable[..., Request]:
    """The same for a request whose body is a picture."""
    model = parameters_of(kind, registry)

    def read(parameters: Annotated[model, Query()], picture: PictureDep) -> Request:  # type: ignore[valid-type]
        return _request(kind, registry, parameters, picture)

    return read


def _request(
    kind: type[Request], registry: FilterRegistry, parameters: BaseModel, image: bytes | None
) -> Request:
    filters = {name: getattr(parameters, name) for name in registry}
    given = {name: getattr(parameters, NAMES.get(name, name)) for name in _names(kind)}
    return kind(filters=filters, image=image, **given)


def parameters_of(kind: type[SearchRequest], registry: FilterRegistry) -> type[BaseModel]:
    """The query parameters of a request as a model. Raises CannotStart if a field has the name of one of them."""
    own: dict[str, Any] = {
        NAMES.get(name, name): (
            _bounded(kind.model_fields[name].annotation),
            copy(kind.model_fields[name]),
        )
        for name in _names(kind)
    }
    return model_with_filters(f"{kind.__name__}Parameters", registry, own)


def model_with_filters(name: str, registry: FilterRegistry, own: dict[str, Any]) -> type[BaseModel]:
    """A model of query parameters: some of its own, and those of all filter fields.

    Raises CannotStart if a field has the name of one of them.
    """
    for one in registry:
        if one in own:
            reason = "every search has a parameter of that name"
            raise CannotStart(FILTER_NAME_INVALID, name=one, reason=reason)
    fields = own | {one: _parameter(field) for one, field in registry.items()}
    made: type[BaseModel] = create_model(name, __config__=STRICT, **fields)
    return made


def filters_of(parameters: BaseModel, registry: FilterRegistry) -> dict[str, tuple[str, ...]]:
    """The filters that parameters of such a model give."""
    given = {name: getattr(parameters, name) for name in registry}
    values = {name: (value,) if isinstance(value, str) else value for name, value in given.items()}
    return {name: value for name, value in values.items() if value}


def _names(kind: type[SearchRequest]) -> list[str]:
    return [name for name in kind.model_fields if name not in NOT_PARAMETERS]


def _parameter(field: FilterField[Any]) -> tuple[Any, Any]:
    value: Any = Literal[field.choices] if field.choices else PathText
    if field.multiple:
        return _bounded(tuple[value, ...]), Field(default=(), description=field.help)
    return value | None, Field(default=None, description=field.help)


def _bounded(annotation: Any) -> Any:
    """The type of a parameter, with bounds for its texts and its number of values."""
    if annotation is str:  # the field states its length
        return Annotated[str, Storable()]
    if annotation == tuple[str, ...]:
        annotation = tuple[PathText, ...]
    if get_origin(annotation) is tuple:
        return Annotated[annotation, Field(max_length=MAX_VALUES)]
    return annotation
