"""The use cases: what one can do with a library of footage. Every face calls this and nothing below it."""

from collections.abc import Callable

from dampipe.features.assets.catalog import Catalog
from dampipe.features.assets.service import AssetService, DetailFields
from dampipe.features.search.model_service import ModelService
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel import container as kernel
from dampipe.kernel.errors import DampipeError


class Library:
    """A library of footage.

    Any method may raise CatalogueDown. What is costly to make (the plan, the model, the connection to
    the broker) arrives as a callable and is made by the use case that needs it.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        carrier: Callable[[], TaskTransport],
        models: ModelService,
        assets: AssetService | None = None,
    ) -> None:
        self._catalog = catalog
        self._carrier = carrier
        self.models = models
        """Which models there are, and which one answers."""
        details = DetailFields()
        self.assets = assets or AssetService(catalog.assets, catalog.sources, details, kernel.Container())
        """Single assets: what is known of them, their derivatives and tags."""

    def moments_of(self, sha1: str) -> int:
        """How many moments of an asset can be found with the present model."""
        return self._catalog.vectors.count_of(sha1, self.models.answering().fingerprint)

    def check(self) -> tuple[str, str]:
        """Whether the catalogue and the broker answer: "ok", or what is wrong."""
        return _word(self._catalog.check), _word(lambda: self._carrier().check())


def _word(check: Callable[[], object]) -> str:
    try:
        check()
    except DampipeError as error:
        return str(error)
    return "ok"
