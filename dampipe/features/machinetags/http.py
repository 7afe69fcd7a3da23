"""Machine tags over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from dampipe.features.machinetags.model import (
    MachineTag,
    PrecisionReport,
    SchemeReport,
    SchemeRequest,
    TermRequest,
    UndoneVerdict,
    VerdictRequest,
)
from dampipe.features.machinetags.service import LIMIT, MachineTagService
from dampipe.kernel.access import EDIT, MANAGE, READ, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, Storable, allowed, provided

router = APIRouter(
    prefix="/machine-tags",
    tags=["machine tags"],
    responses={404: {"model": Problem}, 422: {"model": Problem}},
)

Reader = Annotated[Actor, allowed(READ)]
Editor = Annotated[Actor, allowed(EDIT)]
Manager = Annotated[Actor, allowed(MANAGE)]
Tags = Annotated[MachineTagService, provided(MachineTagService)]
Key = Annotated[str, Path(max_length=64), Storable()]
Term = Annotated[str, Path(max_length=600), Storable()]
KeyQuery = Annotated[str | None, Query(max_length=64), Storable()]
Limit = Annotated[int, Query(ge=1, le=LIMIT)]


@router.get("/vocabularies")
def list_machine_tag_vocabularies(actor: Reader, tags: Tags) -> list[SchemeReport]:
    """The vocabularies whose terms a model proposes."""
    return tags.schemes(actor)


@router.put("/vocabularies/{key}")
def choose_machine_tag_vocabulary(
    actor: Manager, key: Key, body: JsonBody[SchemeRequest], tags: Tags
) -> SchemeReport:
    """Let a model propose terms of a vocabulary, or change how."""
    return tags.choose(actor, key, body)


@router.patch("/terms/{term}")
def set_machine_tag_term(
    actor: Manager, term: Term, body: JsonBody[TermRequest], tags: Tags
) -> PrecisionReport:
    """Say how a term is looked for; what is null stays."""
    return tags.set_term(actor, term, body)


@router.get("/terms/{term}/moments")
def list_machine_tag_moments(actor: Reader, term: Term, tags: Tags, limit: Limit = 100) -> list[MachineTag]:
    """Where a term, or a narrower one, is set or accepted, with the moments."""
    return tags.moments(actor, term, limit)


@router.get("/review")
def review_machine_tags(
    actor: Reader, tags: Tags, vocabulary: KeyQuery = None, limit: Limit = 50
) -> list[MachineTag]:
    """Proposed tags, those first on which a verdict says most."""
    return tags.review(actor, vocabulary, limit)


@router.post("/verdicts")
def judge_machine_tag(actor: Editor, body: JsonBody[VerdictRequest], tags: Tags) -> MachineTag:
    """Accept or reject a tag that a model has found."""
    return tags.judge(actor, body)


@router.post("/verdicts/undo")
def undo_machine_tag_verdict(actor: Editor, tags: Tags) -> UndoneVerdict:
    """Take back one's last verdict."""
    return tags.undo(actor)


@router.get("/precision")
def list_machine_tag_precision(
    actor: Reader, tags: Tags, vocabulary: KeyQuery = None
) -> list[PrecisionReport]:
    """How often proposals of terms were right, by the verdicts of people."""
    return tags.precision(actor, vocabulary)
