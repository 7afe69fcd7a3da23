"""Requests and reports of facets: the same for every face."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.field import FieldType

MOST_VALUES = 1_000
"""Values of one facet in an answer, at most."""


class FacetRequest(BaseModel):
    """Which facets are counted, among which assets."""

    model_config = ConfigDict(frozen=True)

    facet: Annotated[tuple[str, ...], Field(max_length=100)] = Field(
        default=(), description="Only these facets; none: all that have values."
    )
    limit: Annotated[int, Field(ge=1, le=MOST_VALUES)] = Field(
        default=20, description="Values of each facet, those with most assets first."
    )
    containing: str = Field(
        default="",
        max_length=200,
        description="Only values that contain this text, in any case; of terms their labels.",
    )
    filters: dict[str, tuple[str, ...]] = {}
    """As for a search: values by the name of the filter."""


class FacetValue(BaseModel):
    """One value of a facet."""

    model_config = ConfigDict(frozen=True)

    value: str
    """As a query has it after the field: a text, a number, a month, the key of a term, yes or no."""
    label: str
    """As a person reads it."""
    assets: int
    """How many assets have it; of a term, or a narrower one."""
    parent: str = ""
    """Of a term the key of the broader one, where assets are counted for that, too."""


class FacetReport(BaseModel):
    """The values of one field, with the number of assets that have each."""

    model_config = ConfigDict(frozen=True)

    key: str
    label: str
    type: FieldType
    unit: str = ""
    values: tuple[FacetValue, ...]
    least: str | None = None
    """Of numbers and dates the lowest value, as a query has it; None: it is another field, or there is none."""
    most: str | None = None
    more: int
    """Values that are left out."""
    without: int
    """Assets that have no value."""


class Facets(BaseModel):
    """Counts by facet."""

    model_config = ConfigDict(frozen=True)

    assets: int
    """How many assets are counted: those that pass the filters, as far as they are visible."""
    facets: tuple[FacetReport, ...]
