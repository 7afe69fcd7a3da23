"""Metadata and the schema over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dampipe.features.assets.http import SelectedBody, Sha1
from dampipe.features.metadata.errors import SCHEMA_INVALID
from dampipe.features.metadata.model import (
    MOST_SHOWN,
    AssetEdit,
    AssetMetadata,
    BulkEdit,
    EditReport,
    FieldReport,
    HistoryEntry,
    Key,
    OperationReport,
    PreviewReport,
    SchemaApplied,
    SchemaDiff,
    SchemaReport,
    UndoReport,
)
from dampipe.features.metadata.schema import Schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import COMMENT, MANAGE, READ, Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, allowed, provided

CONFLICT = {"model": Problem, "description": "It was changed meanwhile, or cannot be done as things are now."}
INVALID = {"model": Problem, "description": "A value is not one of its field, or the request is not valid."}
router = APIRouter(tags=["metadata"], responses={404: {"model": Problem}, 409: CONFLICT, 422: INVALID})

Reader = Annotated[Actor, allowed(READ)]
Writer = Annotated[Actor, allowed(COMMENT)]
"""Fields say who may write them; most need the scope `edit`."""
Manager = Annotated[Actor, allowed(MANAGE)]
Metadata = Annotated[MetadataService, provided(MetadataService)]
Schemas = Annotated[SchemaService, provided(SchemaService)]
Limit = Annotated[int, Query(ge=1, le=MOST_SHOWN)]
Before = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="Only older ones than the one with this number.")
]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
FieldKey = Annotated[str, Query(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]


class BulkRequest(SelectedBody, BulkEdit):
    """An edit of many assets."""


class SchemaRequest(BaseModel):
    """A schema, in one of two forms."""

    model_config = STRICT

    fields: Schema | None = Field(
        default=None, description="As a schema file: an object with the list `field`."
    )
    json_schema: dict[str, Any] | None = Field(default=None, description="As a JSON Schema.")

    def schema_given(self) -> Schema:
        """The schema. Raises InvalidInput."""
        if (self.json_schema is None) == (self.fields is None):
            problem = "one of fields and json_schema has to be given"
            raise InvalidInput(SCHEMA_INVALID, problem=problem, place="the request")
        if self.json_schema is not None:
            return Schema.from_json_schema(self.json_schema)
        return Schema.checked((self.fields or Schema()).model_dump(mode="json", exclude_defaults=True))


class ApplyRequest(SchemaRequest):
    """A schema that is to be applied."""

    keep: tuple[Key, ...] = Field(
        default=(), description="Fields whose values stay, although they do not fit."
    )
    clear: tuple[Key, ...] = Field(
        default=(), description="Fields whose values are cleared where they do not fit."
    )
    if_version: int | None = Field(
        default=None, description="The version of the schema that it was made from."
    )


class UndoRequest(BaseModel):
    """What becomes of values that were written since and do not fit."""

    model_config = STRICT

    keep: tuple[Key, ...] = ()
    clear: tuple[Key, ...] = ()


@router.get("/metadata/fields")
def list_fields(actor: Reader, metadata: Metadata) -> list[FieldReport]:
    """All fields: those of files, which are read-only, then those of the schema in its order."""
    return metadata.fields(actor)


@router.get("/assets/{sha1}/metadata")
def get_metadata(
    actor: Reader,
    sha1: Sha1,
    metadata: Metadata,
    field: Annotated[list[FieldKey] | None, Query(max_length=500)] = None,
) -> AssetMetadata:
    """The fields of an asset with their values, and where these come from. field: only these."""
    return metadata.get(actor, sha1, field or ())


@router.patch("/assets/{sha1}/metadata")
def edit_metadata(actor: Writer, sha1: Sha1, edit: JsonBody[AssetEdit], metadata: Metadata) -> AssetMetadata:
    """Edit fields of an asset, all or nothing; returns them as they are now."""
    return metadata.edit(actor, sha1, edit)


@router.get("/assets/{sha1}/metadata/history")
def get_history(
    actor: Reader,
    sha1: Sha1,
    metadata: Metadata,
    field: FieldKey | None = None,
    limit: Limit = 100,
    before: Before = None,
) -> list[HistoryEntry]:
    """The changes of an asset's fields, newest first."""
    return metadata.history(actor, sha1, field, limit, before)


@router.post("/metadata/preview")
def preview_metadata(
    actor: Writer,
    edit: JsonBody[BulkRequest],
    metadata: Metadata,
    limit: Annotated[int, Query(ge=0, le=MOST_SHOWN)] = 100,
) -> PreviewReport:
    """What an edit of many assets would change, and the first of the differences; nothing is written."""
    return metadata.preview(actor, edit, limit)


@router.post("/metadata/edit")
def edit_many(actor: Writer, edit: JsonBody[BulkRequest], metadata: Metadata) -> EditReport:
    """Edit fields of many assets, all or nothing, as one change that can be undone."""
    return metadata.bulk(actor, edit)


@router.get("/metadata/operations")
def list_operations(
    actor: Reader,
    metadata: Metadata,
    limit: Limit = 100,
    before: Before = None,
    mine: Annotated[bool, Query(description="Only those of the one who asks.")] = False,
) -> list[OperationReport]:
    """The changes of all assets, newest first."""
    return metadata.operations(actor, limit, before, str(actor) if mine else None)


@router.post("/metadata/operations/{operation}/undo")
def undo_operation(actor: Writer, operation: Number, metadata: Metadata) -> UndoReport:
    """Undo a change: what was not changed since is as it was before."""
    return metadata.undo(actor, operation)


@router.get("/schema")
def show_schema(actor: Reader, schemas: Schemas) -> SchemaReport:
    """The schema of the library."""
    return schemas.show(actor)


@router.get("/schema/json-schema")
def show_json_schema(actor: Reader, schemas: Schemas) -> dict[str, Any]:
    """The same as a JSON Schema of the values of one asset."""
    return schemas.as_json_schema(actor)


@router.post("/schema/check")
def check_schema(actor: Manager, request: JsonBody[SchemaRequest], schemas: Schemas) -> SchemaDiff:
    """What a schema would change, and which values it would break; nothing is written."""
    return schemas.check(actor, request.schema_given())


@router.put("/schema")
def apply_schema(actor: Manager, request: JsonBody[ApplyRequest], schemas: Schemas) -> SchemaApplied:
    """Make a schema that of the library. It is refused (409) if values would break, unless told how."""
    given = request.schema_given()
    return schemas.apply(actor, given, keep=request.keep, clear=request.clear, if_version=request.if_version)


@router.post("/schema/undo")
def undo_schema(
    actor: Manager, schemas: Schemas, request: JsonBody[UndoRequest | None] = None
) -> SchemaApplied:
    """Undo the last change of the schema, with what it did to values, unless they were changed since."""
    request = request or UndoRequest()
    return schemas.undo(actor, keep=request.keep, clear=request.clear)
