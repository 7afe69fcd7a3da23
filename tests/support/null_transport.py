"""A task transport that carries nothing: tests call the work themselves."""

from collections.abc import Collection, Sequence

from dampipe.jobs.dispatch import Chain
from dampipe.kernel.settings.settings import Settings


class NullTransport:
    """Accepts every message and drops it."""

    def __init__(self, settings: Settings) -> None:
        pass

    def publish(self, chains: Sequence[Chain]) -> None:
        """See TaskTransport."""

    def notify(self, task: str, *arguments: int) -> None:
        """See TaskTransport."""

    def empty_queues(self, queues: Collection[str]) -> set[str]:
        """See TaskTransport."""
        return set()

    def discard(self, queues: Collection[str]) -> None:
        """See TaskTransport."""

    def check(self) -> str:
        """See TaskTransport."""
        return "nothing"
