"""Metadata as CSV over HTTP."""

import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import Field

from dampipe.features.assets.http import SelectedBody
from dampipe.features.metadata.csv.export import MetadataExport
from dampipe.features.metadata.csv.importer import MetadataImport
from dampipe.features.metadata.errors import CSV_BUSY, CSV_EMPTY, CSV_REFUSED, CSV_TOO_LARGE
from dampipe.features.metadata.http import INVALID
from dampipe.features.metadata.model import ExportRequest, ImportOptions, ImportReport
from dampipe.kernel.access import COMMENT, READ, Actor
from dampipe.kernel.errors import InvalidInput, TooLarge
from dampipe.kernel.faces.http import MAX_BYTES, JsonBody, Problem, Storable, allowed, place, provided

MEDIA_TYPE = "text/csv; charset=utf-8"
MAX_FILE = 1 << 30
"""Bytes of a file in a request."""
IN_MEMORY = 1 << 20
"""Bytes that are written to the disk at a time."""

router = APIRouter(tags=["metadata"], responses={404: {"model": Problem}, 422: INVALID})


class TableRequest(SelectedBody, ExportRequest):
    """Which values of which assets are written as a table; without a selection: of all."""


class ImportParameters(ImportOptions):
    """What an import of a table may do."""

    name: Annotated[str, Storable()] = Field(
        default="", max_length=200, description="Of the file, for the list of changes."
    )


@router.post(
    "/metadata/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_metadata(
    actor: Annotated[Actor, allowed(READ)],
    request: JsonBody[TableRequest],
    exports: Annotated[MetadataExport, provided(MetadataExport)],
) -> StreamingResponse:
    """Values as CSV for spreadsheets: a row for each asset, a column for each field."""
    return StreamingResponse(
        exports.write(actor, request),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": 'attachment; filename="metadata.csv"'},
    )


async def table_body(request: Request) -> AsyncIterator[BinaryIO]:
    """The body of a request as a file, MAX_FILE bytes at most, one request at a time.

    Raises InvalidInput for an empty one, TooLarge if there are more bytes, Busy if the one before takes too long.
    """
    async with place(request, "metadata_import", 1, CSV_BUSY):
        with tempfile.TemporaryFile() as file:
            size, portion = 0, bytearray()
            async for part in request.stream():
                size += len(part)
                if size > MAX_FILE:
                    raise TooLarge(CSV_TOO_LARGE, limit=MAX_FILE >> 20)
                portion += part
                if len(portion) > IN_MEMORY:
                    await run_in_threadpool(file.write, bytes(portion))
                    portion.clear()
            if not size:
                raise InvalidInput(CSV_EMPTY)
            await run_in_threadpool(file.write, bytes(portion))
            yield file


_FILE: dict[str, Any] = {
    MAX_BYTES: MAX_FILE,
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    },
}


@router.post("/metadata/import", openapi_extra=_FILE, responses={503: {"model": Problem}})
def import_metadata(
    actor: Annotated[Actor, allowed(COMMENT)],
    imports: Annotated[MetadataImport, provided(MetadataImport)],
    options: Annotated[ImportParameters, Query()],
    file: Annotated[Any, Depends(table_body)],
) -> ImportReport:
    """Import a CSV file, the body of the request, as one change that can be undone.

    `dry_run` lists what would change, every error and every cell that would be left alone. With errors the file is
    refused (422) unless `partial` is given.
    """
    found = imports.run(actor, file, options)
    if found.refused and not options.dry_run:
        first = next(one for one in found.problems if one.is_error)
        raise InvalidInput(
            CSV_REFUSED, count=found.errors, row=first.row, column=first.column, problem=first.text
        )
    return found
