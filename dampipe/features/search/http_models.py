"""Embedding models over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from dampipe.features.search.model import ModelReport
from dampipe.features.search.model_service import ModelService
from dampipe.kernel.access import MANAGE, READ, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, Text, allowed, provided

router = APIRouter(tags=["models"])

Models = Annotated[ModelService, provided(ModelService)]
Manager = Annotated[Actor, allowed(MANAGE)]


class ModelChoice(BaseModel):
    """The model that is to be used."""

    model_config = STRICT

    name: Text


class ForgottenVectors(BaseModel):
    """What was removed with a model."""

    vectors: int


@router.get("/models")
def list_models(
    actor: Annotated[Actor, allowed(READ)],
    models: Models,
    everything: Annotated[
        bool, Query(alias="all", description="Every model that can be fetched by name.")
    ] = False,
) -> list[ModelReport]:
    """The model in use, those that have vectors, and some suggestions."""
    return models.all(actor, everything)


@router.put("/models/chosen")
def choose_model(actor: Manager, body: JsonBody[ModelChoice], models: Models) -> ModelReport:
    """Write a model into the server's dampipe.toml. It is used once dampipe is restarted, on every machine.

    Search answers from the old one until all footage has vectors of the new one.
    """
    return models.choose_known(actor, body.name)


@router.delete(
    "/models/{name:path}",
    responses={
        404: {"model": Problem, "description": "It has no vectors."},
        409: {"model": Problem, "description": "It is in use, or still answers searches."},
    },
)
def forget_model(
    actor: Manager, name: Annotated[str, Path(max_length=1000), Storable()], models: Models
) -> ForgottenVectors:
    """Remove the vectors of a model that is no longer used."""
    return ForgottenVectors(vectors=models.forget(actor, name))
