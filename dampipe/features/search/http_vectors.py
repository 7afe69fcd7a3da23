"""Text vectors over HTTP, so that other processes need not load the model."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dampipe.features.search.query_vectors import QueryEncoder
from dampipe.kernel.access import SEARCH, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Text, allowed, provided

router = APIRouter(tags=["search"])

MAX_TEXTS = 100


class TextVectorsRequest(BaseModel):
    """Texts to encode."""

    model_config = STRICT
    texts: Annotated[
        list[Annotated[Text, Field(min_length=1)]],
        Field(min_length=1, max_length=MAX_TEXTS),
    ]


class TextVectors(BaseModel):
    """One vector of length 1 per text, in the order of the texts."""

    model: str
    """Fingerprint of the model that answers searches now."""
    vectors: list[list[float]]


@router.post("/vectors")
def vectors(
    actor: Annotated[Actor, allowed(SEARCH)],
    encoder: Annotated[QueryEncoder, provided(QueryEncoder)],
    request: JsonBody[TextVectorsRequest],
) -> TextVectors:
    """Encode texts with the model that answers searches, to compare them with vectors of the same model."""
    model, rows = encoder.text_vectors(actor, request.texts)
    return TextVectors(model=model, vectors=[row.tolist() for row in rows])
