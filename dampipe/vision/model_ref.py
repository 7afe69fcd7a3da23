"""A model that a setting names: what identifies it, how it wants its frames, whether it can be used here."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from dampipe.vision.base import FrameSpec


@dataclass(frozen=True, kw_only=True)
class ModelRef(ABC):
    """One model, resolved. To make one loads nothing. Each runtime has a subclass."""

    name: str
    """As the setting says it."""
    fingerprint: str
    """The same text on every machine that uses the same weights, by whichever runtime."""
    spec: FrameSpec
    licence: str = ""
    """Of the weights; empty where it is not known."""
    folder: Path | None = None
    """Where the files are, for a model from a folder."""
    repository: str = ""
    """Where the files are on the hub, for the others."""
    needs: str = ""
    """A package that the model needs and dampipe does not bring, not even as an extra."""

    @abstractmethod
    def missing_packages(self) -> str:
        """What pip has to install before this model can run, as pip takes it; empty where nothing is missing."""

    @abstractmethod
    def weights_available(self) -> bool:
        """Whether the weights are on this machine now. Asks no network."""

    @abstractmethod
    def check(self) -> None:
        """Raise `Unavailable` if a package is missing, the weights are damaged, or there is no way to fetch them."""

    @abstractmethod
    def fetch(self) -> Path:
        """Where the weights are on this machine: downloaded if need be. Raises `Unavailable`."""
