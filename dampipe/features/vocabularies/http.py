"""Vocabularies over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from dampipe.features.vocabularies.errors import BODY_MISSING, FILE_TOO_LARGE, IMPORTS_WAITING
from dampipe.features.vocabularies.importer import Missing
from dampipe.features.vocabularies.model import (
    MAX_KEY,
    MAX_LABEL,
    MAX_NOTE,
    MAX_TERM_KEY,
    FileFormat,
    ImportReport,
    LabelKind,
    LabelReport,
    NewTerm,
    NewVocabulary,
    NoteKind,
    NoteReport,
    OperationReport,
    TermChange,
    TermDetails,
    TermEdit,
    TermPage,
    VocabularyChange,
    VocabularyReport,
)
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import EDIT, MANAGE, READ, Actor
from dampipe.kernel.errors import InvalidInput, TooLarge
from dampipe.kernel.faces.http import MAX_BYTES, STRICT, JsonBody, Problem, Storable, allowed, place, provided

MAX_BODY = 64 << 20
"""Bytes of a file in a request."""

CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The terms are not as the request takes them to be."}
}
router = APIRouter(
    tags=["vocabularies"], responses={404: {"model": Problem}, 422: {"model": Problem}, **CONFLICT}
)

Reader = Annotated[Actor, allowed(READ)]
Editor = Annotated[Actor, allowed(EDIT)]
Manager = Annotated[Actor, allowed(MANAGE)]
Vocabularies = Annotated[VocabularyService, provided(VocabularyService)]
Key = Annotated[str, Path(max_length=MAX_KEY), Storable()]
TermName = Annotated[str, Path(max_length=MAX_LABEL), Storable()]
"""Key, label, synonym or path of a term."""
TermText = Annotated[str, Field(max_length=2000), Storable()]
LabelText = Annotated[str, Field(max_length=MAX_LABEL), Storable()]
LanguageText = Annotated[str, Field(max_length=35), Storable()]
LanguageQuery = Annotated[str | None, Query(max_length=35)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=2000)]

MEDIA_TYPES = {
    FileFormat.TURTLE: ("text/turtle; charset=utf-8", "ttl"),
    FileFormat.XML: ("application/rdf+xml", "rdf"),
    FileFormat.JSON_LD: ("application/ld+json", "jsonld"),
    FileFormat.N_TRIPLES: ("application/n-triples", "nt"),
    FileFormat.CSV: ("text/csv; charset=utf-8", "csv"),
}
"""The media type of each format, and the end of a file's name."""


class VocabularyBody(BaseModel):
    """A vocabulary to be made, as a client sends it."""

    model_config = STRICT

    key: Annotated[str, Field(max_length=MAX_KEY), Storable()]
    label: LabelText | None = None
    open: bool = False
    languages: Annotated[list[LanguageText], Field(max_length=50)] = []


class VocabularyChangeBody(BaseModel):
    """What of a vocabulary is to be changed, as a client sends it; what is left out stays."""

    model_config = STRICT

    label: LabelText | None = None
    open: bool | None = None
    languages: Annotated[list[LanguageText], Field(max_length=50)] = []


class TermBody(BaseModel):
    """A term to be added, as a client sends it."""

    model_config = STRICT

    label: LabelText
    language: LanguageText | None = None
    parent: TermText | None = None
    """Key, label or path; none: at the top."""
    synonyms: Annotated[list[LabelText], Field(max_length=100)] = []
    key: Annotated[str, Field(max_length=MAX_TERM_KEY), Storable()] | None = None


class LabelBody(BaseModel):
    """A label, as a client sends it."""

    model_config = STRICT

    text: LabelText
    language: LanguageText = ""
    kind: LabelKind = LabelKind.PREFERRED


class NoteBody(BaseModel):
    """A note, as a client sends it; an empty text removes the notes of its kind and language."""

    model_config = STRICT

    text: Annotated[str, Field(max_length=MAX_NOTE), Storable()]
    language: LanguageText = ""
    kind: NoteKind = NoteKind.NOTE


class EditBody(BaseModel):
    """Labels and notes to be added and removed, as a client sends them."""

    model_config = STRICT

    add: Annotated[list[LabelBody], Field(max_length=200)] = []
    remove: Annotated[list[LabelText], Field(max_length=200)] = []
    """Texts of labels."""
    language: LanguageText | None = None
    """Of the labels to be removed; none: of any language."""
    notes: Annotated[list[NoteBody], Field(max_length=100)] = []


class RenameBody(BaseModel):
    """Another preferred label."""

    model_config = STRICT

    label: LabelText
    language: LanguageText | None = None
    keep: bool = False
    """Whether the old label becomes a synonym."""


class MoveBody(BaseModel):
    """Another place."""

    model_config = STRICT

    parent: TermText | None
    """Key, label or path; null: at the top."""
    position: Annotated[int, Field(ge=0, lt=1 << 31)] | None = None
    """Among its siblings; none: as it is."""


@router.get("/vocabularies")
def list_vocabularies(actor: Reader, vocabularies: Vocabularies) -> list[VocabularyReport]:
    """All vocabularies, with the numbers of their terms."""
    return vocabularies.all(actor)


@router.post("/vocabularies", status_code=201)
def create_vocabulary(
    actor: Manager, vocabularies: Vocabularies, request: JsonBody[VocabularyBody]
) -> VocabularyReport:
    """Make a vocabulary. Only managers add terms to it, unless it is open."""
    made = NewVocabulary(
        key=request.key, label=request.label, open=request.open, languages=tuple(request.languages)
    )
    return vocabularies.create(actor, made)


@router.get("/vocabularies/{vocabulary}")
def get_vocabulary(actor: Reader, vocabularies: Vocabularies, vocabulary: Key) -> VocabularyReport:
    """A vocabulary, with the numbers of its terms."""
    return vocabularies.get(actor, vocabulary)


@router.patch("/vocabularies/{vocabulary}")
def update_vocabulary(
    actor: Manager, vocabularies: Vocabularies, vocabulary: Key, request: JsonBody[VocabularyChangeBody]
) -> VocabularyReport:
    """Change the label, the rule or the languages of a vocabulary."""
    change = VocabularyChange(label=request.label, open=request.open, languages=tuple(request.languages))
    return vocabularies.update(actor, vocabulary, change)


@router.get("/vocabularies/{vocabulary}/terms")
def list_terms(
    actor: Reader,
    vocabularies: Vocabularies,
    vocabulary: Key,
    parent: Annotated[TermText | None, Query()] = None,
    language: LanguageQuery = None,
    limit: Limit = 200,
    cursor: Cursor = None,
    retired: bool = False,
) -> TermPage:
    """One level of the tree: the terms directly below another, or at the top."""
    return vocabularies.level(
        actor, vocabulary, parent, language=language, limit=limit, cursor=cursor, retired=retired
    )


@router.post("/vocabularies/{vocabulary}/terms")
def add_term(
    actor: Editor, vocabularies: Vocabularies, vocabulary: Key, request: JsonBody[TermBody]
) -> TermChange:
    """Add a term; who may not manage proposes it, where the vocabulary is open. A term that is there is returned."""
    new = NewTerm(
        label=request.label,
        language=request.language,
        parent=request.parent,
        synonyms=tuple(request.synonyms),
        key=request.key,
    )
    return vocabularies.add(actor, vocabulary, new)


@router.get("/vocabularies/{vocabulary}/find")
def find_terms(
    actor: Reader,
    vocabularies: Vocabularies,
    vocabulary: Key,
    text: Annotated[LabelText, Query()],
    language: LanguageQuery = None,
    limit: Limit = 50,
) -> TermPage:
    """Terms with a label or synonym that contains a text; those that begin with it come first."""
    return vocabularies.find(actor, vocabulary, text, language=language, limit=limit)


@router.get("/vocabularies/{vocabulary}/proposals")
def list_proposals(
    actor: Reader,
    vocabularies: Vocabularies,
    vocabulary: Key,
    language: LanguageQuery = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> TermPage:
    """The terms that people have proposed, oldest first."""
    return vocabularies.proposals(actor, vocabulary, language=language, limit=limit, cursor=cursor)


@router.get("/vocabularies/{vocabulary}/terms/{term}")
def get_term(
    actor: Reader, vocabularies: Vocabularies, vocabulary: Key, term: TermName, language: LanguageQuery = None
) -> TermDetails:
    """All of one term, by key, label, synonym or path."""
    return vocabularies.term(actor, vocabulary, term, language=language)


@router.patch("/vocabularies/{vocabulary}/terms/{term}")
def edit_term(
    actor: Manager, vocabularies: Vocabularies, vocabulary: Key, term: TermName, request: JsonBody[EditBody]
) -> TermChange:
    """Add and remove labels, synonyms and notes of a term."""
    change = TermEdit(
        add=tuple(LabelReport(**one.model_dump()) for one in request.add),
        remove=tuple(request.remove),
        language=request.language,
        notes=tuple(NoteReport(**one.model_dump()) for one in request.notes),
    )
    return vocabularies.edit(actor, vocabulary, term, change)


@router.post("/vocabularies/{vocabulary}/terms/{term}/rename")
def rename_term(
    actor: Manager, vocabularies: Vocabularies, vocabulary: Key, term: TermName, request: JsonBody[RenameBody]
) -> TermChange:
    """Give a term another preferred label; its key and values stay."""
    return vocabularies.rename(
        actor, vocabulary, term, request.label, language=request.language, keep=request.keep
    )


@router.post("/vocabularies/{vocabulary}/terms/{term}/move")
def move_term(
    actor: Manager, vocabularies: Vocabularies, vocabulary: Key, term: TermName, request: JsonBody[MoveBody]
) -> TermChange:
    """Put a term with its branch elsewhere; values stay."""
    return vocabularies.move(actor, vocabulary, term, request.parent, position=request.position)


class MergeBody(BaseModel):
    """The term that another becomes."""

    model_config = STRICT

    target: TermText


class RetireBody(BaseModel):
    """What is retired with a term."""

    model_config = STRICT

    with_narrower: bool = False


class UndoBody(BaseModel):
    """The operation to undo; none: the newest that was not undone."""

    model_config = STRICT

    operation: Annotated[int, Field(ge=1, lt=1 << 31)] | None = None


@router.post("/vocabularies/{vocabulary}/terms/{term}/merge")
def merge_term(
    actor: Manager,
    vocabularies: Vocabularies,
    vocabulary: Key,
    term: TermName,
    request: JsonBody[MergeBody],
) -> TermChange:
    """Merge a term into another, which gets its values, its narrower terms, and its labels as synonyms."""
    return vocabularies.merge(actor, vocabulary, term, request.target)


@router.post("/vocabularies/{vocabulary}/terms/{term}/retire")
def retire_term(
    actor: Manager,
    vocabularies: Vocabularies,
    vocabulary: Key,
    term: TermName,
    request: JsonBody[RetireBody | None] = None,
) -> TermChange:
    """Let a term not be used any more; values that have it keep it."""
    with_narrower = request is not None and request.with_narrower
    return vocabularies.retire(actor, vocabulary, term, with_narrower=with_narrower)


@router.post("/vocabularies/{vocabulary}/terms/{term}/approve")
def approve_term(actor: Manager, vocabularies: Vocabularies, vocabulary: Key, term: TermName) -> TermChange:
    """Let a proposed term be an active one."""
    return vocabularies.approve(actor, vocabulary, term)


@router.get("/vocabularies/{vocabulary}/operations")
def list_operations(
    actor: Manager, vocabularies: Vocabularies, vocabulary: Key, limit: Limit = 100
) -> list[OperationReport]:
    """What was done with the terms of a vocabulary, newest first."""
    return vocabularies.operations(actor, vocabulary, limit)


@router.post("/vocabularies/{vocabulary}/undo")
def undo_operation(
    actor: Manager,
    vocabularies: Vocabularies,
    vocabulary: Key,
    request: JsonBody[UndoBody | None] = None,
) -> OperationReport:
    """Undo an operation; none: the newest that was not undone."""
    return vocabularies.undo(actor, vocabulary, request.operation if request else None)


async def file_body(request: Request) -> AsyncIterator[bytes]:
    """The body of a request, MAX_BODY bytes at most, one request at a time.

    Raises InvalidInput for an empty one, TooLarge if there are more bytes, Busy if the one before takes too long.
    """
    async with place(request, "vocabulary_import", 1, IMPORTS_WAITING):
        data = bytearray()
        async for part in request.stream():
            data += part
            if len(data) > MAX_BODY:
                raise TooLarge(FILE_TOO_LARGE, limit=MAX_BODY >> 20)
        if not data:
            raise InvalidInput(BODY_MISSING)
        yield bytes(data)


_FILE = {
    MAX_BYTES: MAX_BODY,
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}


@router.post("/vocabularies/{vocabulary}/import", openapi_extra=_FILE)
def import_vocabulary(
    actor: Manager,
    vocabularies: Vocabularies,
    vocabulary: Key,
    data: Annotated[bytes, Depends(file_body)],
    format: Annotated[FileFormat, Query()],
    scheme: Annotated[str | None, Query(max_length=2000)] = None,
    missing: Annotated[Missing, Query()] = Missing.AUTO,
    overwrite: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import terms from a SKOS or CSV file, the body of the request; `dry_run` only says what would be done."""
    return vocabularies.import_file(
        actor,
        vocabulary,
        data,
        format,
        scheme=scheme,
        missing=missing,
        overwrite=overwrite,
        dry_run=dry_run,
    )


@router.get(
    "/vocabularies/{vocabulary}/export",
    response_class=Response,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind, _ in MEDIA_TYPES.values()}}},
)
def export_vocabulary(
    actor: Reader, vocabularies: Vocabularies, vocabulary: Key, format: Annotated[FileFormat, Query()]
) -> Response:
    """A vocabulary as a SKOS or CSV file."""
    data = vocabularies.export_file(actor, vocabulary, format)
    kind, end = MEDIA_TYPES[format]
    disposition = f'attachment; filename="{vocabulary}.{end}"'
    return Response(data, media_type=kind, headers={"Content-Disposition": disposition})
