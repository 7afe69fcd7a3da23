"""Originals and derivatives on their way out: what a release opens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from dampipe.features.originals.events import DerivativeDownloaded, OriginalOpened
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.kernel.access import READ, Scope
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.events.outbox import NewEvent
from dampipe.kernel.paths import printable
from dampipe.kernel.release import DOWNLOAD
from dampipe.media.outputs import Derivative, DerivativeKind

PLAYED = ("video/mp4", "audio/mp4")
"""Media types of proxies that browsers play."""


@dataclass(frozen=True)
class Original:
    """A file of a version, open for reading. Nothing of it may be sent before it was released."""

    version: int
    asset: int
    sha1: str
    size: int
    path: str
    """Where it lies on this machine."""
    stream: BinaryIO

    purpose: ClassVar[str] = DOWNLOAD
    scope: ClassVar[Scope] = ORIGINALS
    is_divisible: ClassVar[bool] = False

    @property
    def assets(self) -> tuple[int, ...]:
        """See Outgoing."""
        return (self.asset,)

    @property
    def window(self) -> tuple[int, str]:
        """See Outgoing."""
        return self.version, DOWNLOAD

    def event(self) -> NewEvent:
        """See Outgoing."""
        payload = OriginalOpened(path=printable(self.path), purpose=DOWNLOAD)
        return NewEvent(payload, asset=self.asset, sha1=self.sha1)

    def open(self, cleared: AssetSet) -> BinaryIO:
        """See Outgoing."""
        return self.stream


@dataclass(frozen=True)
class DerivativeDownload:
    """A derivative that is to be used outside."""

    version: int
    asset: int
    sha1: str
    derivative: Derivative
    filename: str
    """To save it under."""
    open_stream: Callable[[], BinaryIO]

    purpose: ClassVar[str] = DOWNLOAD
    scope: ClassVar[Scope] = READ
    is_divisible: ClassVar[bool] = False

    @property
    def assets(self) -> tuple[int, ...]:
        """See Outgoing."""
        return (self.asset,)

    @property
    def is_played(self) -> bool:
        """Whether the page plays or shows it: then its plain address is not a way out. Proxies for editing are."""
        return self.derivative.kind is not DerivativeKind.PROXY or self.derivative.media_type in PLAYED

    @property
    def window(self) -> tuple[int, str]:
        """See Outgoing."""
        return self.version, f"{DOWNLOAD}/{self.derivative.kind}"

    def event(self) -> NewEvent:
        """See Outgoing."""
        payload = DerivativeDownloaded(kind=str(self.derivative.kind), purpose=DOWNLOAD)
        return NewEvent(payload, asset=self.asset, sha1=self.sha1)

    def open(self, cleared: AssetSet) -> BinaryIO:
        """See Outgoing."""
        return self.open_stream()
