"""Tags: words that people give to assets."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from dampipe.features.tagging.errors import INVALID_TAG
from dampipe.kernel.errors import InvalidInput

MAX_LENGTH = 100
"""Characters of a tag."""


def validate_tag(name: str) -> str:
    """The tag without surrounding spaces. Raises InvalidInput for an empty, too long or unprintable one.

    >>> validate_tag(" first dance ")
    'first dance'
    """
    tag = name.strip()
    if not tag or len(tag) > MAX_LENGTH or not tag.isprintable():
        raise InvalidInput(INVALID_TAG, name=name, max_length=MAX_LENGTH)
    return tag


Tag = Annotated[str, AfterValidator(validate_tag)]


class TagRequest(BaseModel):
    """Assets to give a tag to, or to take it from."""

    model_config = ConfigDict(frozen=True)

    tag: Tag
    assets: tuple[str, ...] | None
    """SHA-1s (or the first digits of them) or paths; None means all assets."""


class TagReport(BaseModel):
    """A tag and the number of assets that have it."""

    model_config = ConfigDict(frozen=True)

    name: str
    assets: int
