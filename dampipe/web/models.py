"""What the API takes and gives beyond the domain's own values."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from dampipe.domain.reports import Enqueued
from dampipe.library import Library


class Problem(BaseModel):
    """What went wrong, and what to do next."""

    detail: str
    hint: str = ""


class ScanRequest(BaseModel):
    """Files and folders to scan, absolute paths as the server sees them."""

    paths: list[str] = Field(min_length=1)


class ScanSubmitted(Enqueued):
    """The scan's number, and what a person should know about it."""


class RetryRequest(BaseModel):
    """What is to start afresh; everything that failed or was skipped unless told otherwise."""

    what: list[str] = []
    """Assets by SHA-1, or paths."""
    stage: str | None = None


class Retried(BaseModel):
    """How many stages will run again."""

    retried: int


class Health(BaseModel):
    """Whether the server's parts answer."""

    catalogue: str
    broker: str
    version: str


def the_library(request: Request) -> Library:
    """The library the application was made over."""
    library: Library = request.app.state.library
    return library


LibraryDep = Annotated[Library, Depends(the_library)]
