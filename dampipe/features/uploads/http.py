"""Uploads over HTTP, by the protocol tus 1.0.0 with its extensions creation and termination."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response, status
from pydantic import Field

from dampipe.features.imports.pattern import LONGEST
from dampipe.features.uploads import tus
from dampipe.features.uploads.errors import HEADER_INVALID
from dampipe.features.uploads.model import (
    LARGEST_FILE,
    LARGEST_ID,
    UploadFileReport,
    UploadReport,
    UploadRequest,
)
from dampipe.features.uploads.scopes import UPLOAD
from dampipe.features.uploads.service import UploadService
from dampipe.kernel.access import Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.http import MAX_BYTES, MAX_PATH, JsonBody, Problem, Storable, allowed, provided

router = APIRouter(tags=["uploads"])

Number = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of the upload.")]
File = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of the file.")]
Uploader = Annotated[Actor, allowed(UPLOAD)]
Uploads = Annotated[UploadService, provided(UploadService)]
Text = Annotated[str, Header(max_length=8000)]
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such upload."}
}
OVER: dict[int | str, dict[str, Any]] = MISSING | {
    409: {"model": Problem, "description": "The state of the upload does not allow it."}
}
FULL: dict[int | str, dict[str, Any]] = {507: {"model": Problem, "description": "There is no room."}}
TUS = {"Tus-Resumable": tus.VERSION}


class UploadBody(UploadRequest):
    """Where files are to go."""

    to: Annotated[str, Field(min_length=1, max_length=MAX_PATH), Storable()]
    pattern: Annotated[str, Field(max_length=LONGEST), Storable()] = ""


@router.post(
    "/uploads",
    status_code=status.HTTP_201_CREATED,
    responses=FULL | {404: {"model": Problem, "description": "There is no such destination."}},
)
def begin_upload(actor: Uploader, uploads: Uploads, body: JsonBody[UploadBody]) -> UploadReport:
    """Begin an upload. Its files are announced at `/uploads/{number}/files`, and imported by
    `/uploads/{number}/import`."""
    return uploads.begin(actor, UploadRequest(**body.model_dump()))


@router.get("/uploads")
def list_uploads(
    actor: Uploader,
    uploads: Uploads,
    everybody: Annotated[bool, Query(description="Those of all actors; managers may.")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
) -> list[UploadReport]:
    """Uploads, newest first."""
    return uploads.latest(actor, everybody=everybody, limit=limit)


@router.get("/uploads/{number}", responses=MISSING)
def show_upload(actor: Uploader, number: Number, uploads: Uploads) -> UploadReport:
    """How far an upload is; once it is imported, what has become of its files."""
    return uploads.report(actor, number)


@router.delete("/uploads/{number}", status_code=status.HTTP_204_NO_CONTENT, responses=OVER)
def delete_upload(actor: Uploader, number: Number, uploads: Uploads) -> None:
    """Delete an upload, with the files that are not in a source yet."""
    uploads.delete(actor, number)


@router.post("/uploads/{number}/import", status_code=status.HTTP_202_ACCEPTED, responses=OVER)
def import_upload(actor: Uploader, number: Number, uploads: Uploads) -> UploadReport:
    """Have the files of an upload imported: copied into the source, read back, and scanned. None can be added then."""
    return uploads.start_import(actor, number)


@router.get("/uploads/{number}/files", responses=MISSING)
def list_upload_files(
    actor: Uploader,
    number: Number,
    uploads: Uploads,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> list[UploadFileReport]:
    """Files of an upload, with what was received of them. after: the number of the last file of the page before."""
    return uploads.files(actor, number, after, limit)


@router.post("/uploads/{number}/files", status_code=status.HTTP_201_CREATED, responses=OVER | FULL)
def add_upload_file(
    actor: Uploader,
    number: Number,
    uploads: Uploads,
    response: Response,
    upload_length: Annotated[int, Header(ge=0, le=LARGEST_FILE, description="Bytes.")],
    upload_metadata: Annotated[
        str,
        Header(
            max_length=8000, description="`path` and `modified` (milliseconds since 1970), each in Base64."
        ),
    ],
    tus_resumable: Text = tus.VERSION,
) -> UploadFileReport:
    """Announce a file (tus: creation). Its address is in the header Location; one that was announced before, with the
    same size and time, is continued."""
    made = uploads.add_file(actor, number, tus.new_file(tus_resumable, str(upload_length), upload_metadata))
    response.headers.update(TUS | {"Location": f"/api/v1/uploads/{number}/files/{made.number}"})
    return made


@router.get("/uploads/{number}/files/{file}", responses=MISSING)
def show_upload_file(
    actor: Uploader, number: Number, file: File, uploads: Uploads, response: Response
) -> UploadFileReport:
    """How many bytes of a file were received; HEAD answers with the header Upload-Offset."""
    found = uploads.file(actor, number, file)
    response.headers.update(TUS | {"Upload-Offset": str(found.received), "Upload-Length": str(found.size)})
    return found


_BYTES: dict[str, Any] = {
    MAX_BYTES: LARGEST_FILE,
    "requestBody": {
        "required": True,
        "content": {tus.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
}


@router.patch(
    "/uploads/{number}/files/{file}",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=_BYTES,
    responses=OVER
    | FULL
    | {503: {"model": Problem, "description": "Another request sends bytes of the file."}},
)
async def send_upload_file(
    actor: Uploader,
    number: Number,
    file: File,
    uploads: Uploads,
    request: Request,
    upload_offset: Annotated[int, Header(ge=0, le=LARGEST_FILE, description="The bytes before these.")],
    tus_resumable: Text = tus.VERSION,
) -> Response:
    """Append bytes to a file. However the request ends, what has arrived counts once it is on the disk."""
    tus.check_version(tus_resumable)
    kind = request.headers.get("content-type", "")
    if kind != tus.MEDIA_TYPE:
        raise InvalidInput(HEADER_INVALID, name="Content-Type", value=ascii(kind[:100]))
    found = await uploads.receive(actor, number, file, upload_offset, request.stream())
    return Response(status_code=204, headers=TUS | {"Upload-Offset": str(found.received)})


@router.delete("/uploads/{number}/files/{file}", status_code=status.HTTP_204_NO_CONTENT, responses=OVER)
def remove_upload_file(actor: Uploader, number: Number, file: File, uploads: Uploads) -> None:
    """Leave a file out of an upload (tus: termination)."""
    uploads.remove_file(actor, number, file)
