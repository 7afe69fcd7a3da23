"""The count of open comments in the details of an asset."""

from dampipe.features.review.queries import CommentRepository
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField


def _read(services: Services, actor: Actor, asset: int) -> int:
    return services.get(CommentRepository).open_threads(asset)


def _text(count: int) -> str:
    return f"{count} open" if count else ""


COMMENTS = DetailField("open_comments", int, 0, "comments", _read, _text)
