"""Words as vectors over HTTP, for whoever does not want to load the model once more."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dampipe.kernel.faces.http import LibraryDep

router = APIRouter(tags=["search"])

MOST_TEXTS = 100


class Texts(BaseModel):
    """What is to become vectors."""

    texts: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=1000)]],
        Field(min_length=1, max_length=MOST_TEXTS),
    ]


class TextVectors(BaseModel):
    """One vector of length 1 for each text, in their order."""

    model: str
    """Fingerprint of the model that answers searches now."""
    vectors: list[list[float]]


@router.post("/vectors")
def vectors(library: LibraryDep, wanted: Texts) -> TextVectors:
    """Texts as the model sees them, to be held against vectors of the same model."""
    model, rows = library.text_vectors(wanted.texts)
    return TextVectors(model=model, vectors=[row.tolist() for row in rows])
