"""What it costs to keep files in a source and to get them back, as its owner states it; dampipe knows no prices."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dampipe.features.sources.errors import COST_INVALID
from dampipe.kernel.errors import InvalidInput

SPEEDS = ("expedited", "standard", "bulk")
"""How archived files may be restored, the fastest first."""

GB = 1e9
"""Bytes of a GB, as storages reckon."""

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RetrievalCost(BaseModel):
    """What it costs to read archived bytes at one speed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_gb: Amount = 0.0
    """Money for each 10^9 bytes."""
    per_1000: Amount = 0.0
    """Money for 1,000 requests."""
    hours: Amount = 0.0
    """Until the bytes can be read."""


def _known_speeds(retrieval: dict[str, RetrievalCost]) -> dict[str, RetrievalCost]:
    unknown = next((speed for speed in retrieval if speed not in SPEEDS), None)
    if unknown is not None:
        raise ValueError(f"{unknown!r} is not one of {', '.join(SPEEDS)}")
    return retrieval


class CostModel(BaseModel):
    """What a source costs; an amount that is not stated is 0. A GB is 10^9 bytes, a month 30 days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    gb_month: Amount = 0.0
    """Money for keeping a GB for a month."""
    egress_gb: Amount = 0.0
    """Money for a GB that leaves the storage."""
    write_1000: Amount = 0.0
    """Money for 1,000 requests that write."""
    read_1000: Amount = 0.0
    """Money for 1,000 requests that read or list."""
    minimum_days: Amount = 0.0
    """Days for which a file is paid at least, even if it is deleted before."""
    mb_per_s: Amount = 0.0
    """10^6 bytes a second that the storage takes or gives; 0: not known."""
    retrieval: Annotated[dict[str, RetrievalCost], AfterValidator(_known_speeds)] = {}
    """By speed, one of SPEEDS. Empty: files can be read at once."""

    def hours(self, speed: str) -> float | None:
        """Hours until archived bytes can be read at a speed; None: not stated."""
        found = self.retrieval.get(speed)
        return None if found is None else found.hours

    def retrieval_cost(self, speed: str, files: int, size: int) -> float:
        """Money for having files of `size` bytes in all restored at a speed."""
        found = self.retrieval.get(speed, RetrievalCost())
        return found.per_gb * size / GB + found.per_1000 * files / 1000

    def egress_cost(self, files: int, size: int) -> float:
        """Money for reading files of `size` bytes in all out of the storage."""
        return self.egress_gb * size / GB + self.read_1000 * files / 1000


KEYS = (
    *(name for name in CostModel.model_fields if name != "retrieval"),
    *(f"retrieval.SPEED.{name}" for name in RetrievalCost.model_fields),
)
"""The names of amounts in `parse_costs`; SPEED stands for one of SPEEDS."""


def parse_costs(given: Iterable[str]) -> CostModel:
    """A cost model from texts of the form KEY=VALUE. Raises InvalidInput (COST_INVALID).

    >>> parse_costs(["gb_month=0.004", "retrieval.bulk.hours=48"]).retrieval["bulk"].hours
    48.0
    """
    tree: dict[str, Any] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign:
            raise _invalid(text, "it is not KEY=VALUE")
        *above, last = key.strip().split(".")
        branch = tree
        for part in above:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise _invalid(text, f"{part} is an amount")
        if last in branch:
            raise _invalid(text, "it is given twice")
        branch[last] = value.strip()
    try:
        return CostModel.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        if first["type"] in ("dict_type", "model_type", "float_type", "extra_forbidden"):
            raise _invalid(where, "there is no such amount") from None
        problem = first["msg"]
        raise _invalid(where, problem.removeprefix("Value error, ")) from None


def _invalid(key: str, problem: str) -> InvalidInput:
    return InvalidInput(COST_INVALID, key=key[:200], problem=problem, keys=", ".join(KEYS))


def costs_as_texts(cost: CostModel) -> list[str]:
    """What `parse_costs` takes, of all amounts that are stated.

    >>> costs_as_texts(parse_costs(["egress_gb=0.09", "retrieval.bulk.per_gb=0.0025", "currency=EUR"]))
    ['currency=EUR', 'egress_gb=0.09', 'retrieval.bulk.per_gb=0.0025']
    """
    return [f"{key}={value}" for key, value in _leaves(cost.model_dump(exclude_defaults=True), "")]


def _leaves(tree: dict[str, Any], above: str) -> Iterable[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", f"{value:.12g}" if isinstance(value, float) else str(value)
