"""Uploads to S3: whole, or in parts, each with its MD5; never over an object that exists."""

import base64
import contextlib
import hashlib
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from dampipe.storage.files.s3_errors import error_code

PART = 16 << 20
"""Bytes of a part, and of the largest file that is sent whole; more for files of more than 144 GB."""
_MOST_PARTS = 9_000
_STREAMS = 4
"""Parts sent at a time; so many are in memory."""
ABANDONED = timedelta(days=1)
"""Age at which an unfinished upload of the same key is aborted: nobody will finish it, and it is paid for."""
_NOT_SUPPORTED = frozenset({"NotImplemented", "501", "InvalidArgument", "InvalidRequest"})


class Call(Protocol):
    """Calls an operation of S3 for the bucket."""

    def __call__(self, operation: str, **parameters: Any) -> Any:
        """Raises errors of botocore."""
        ...


def upload(call: Call, key: str, source: BinaryIO, size: int, metadata: Mapping[str, str]) -> int:
    """Send a file to a key that does not exist; returns how many bytes were sent.

    size: bytes, as far as is known. Raises errors of botocore, OSError of the source, and `ClientError` with the code
    PreconditionFailed where the key exists and the server can tell.
    """
    described = {name.lower(): quote(value, safe=" /:+=,") for name, value in metadata.items()}
    if size <= PART:
        content = source.read(PART + 1)
        _unless_there(call, "put_object", Key=key, Body=content, Metadata=described, ContentMD5=_md5(content))
        return len(content)
    _abort_abandoned(call, key)
    upload_id = call("create_multipart_upload", Key=key, Metadata=described)["UploadId"]
    try:
        sent, parts = _send_parts(call, key, upload_id, source, part_size(size))
        parameters = {"Key": key, "UploadId": upload_id, "MultipartUpload": {"Parts": parts}}
        _unless_there(call, "complete_multipart_upload", **parameters)
    except BaseException:
        with contextlib.suppress(ClientError, BotoCoreError):
            call("abort_multipart_upload", Key=key, UploadId=upload_id)
        raise
    return sent


def part_size(size: int) -> int:
    """Bytes of the parts of a file: a server takes at most 10,000."""
    return max(PART, -(-size // (_MOST_PARTS << 20)) << 20)


def _send_parts(
    call: Call, key: str, upload_id: str, source: BinaryIO, size: int
) -> tuple[int, list[dict[str, Any]]]:
    def send(number: int, content: bytes) -> dict[str, Any]:
        answer = call(
            "upload_part",
            Key=key,
            UploadId=upload_id,
            PartNumber=number,
            Body=content,
            ContentMD5=_md5(content),
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    sent = 0
    parts: list[dict[str, Any]] = []
    running: deque[Future[dict[str, Any]]] = deque()
    with ThreadPoolExecutor(_STREAMS) as threads:
        while content := source.read(size):
            sent += len(content)
            running.append(threads.submit(send, len(parts) + len(running) + 1, content))
            if len(running) == _STREAMS:
                parts.append(running.popleft().result())
        parts += [future.result() for future in running]
    return sent, parts


def _unless_there(call: Call, operation: str, **parameters: Any) -> None:
    """Do it unless the key exists; a server that knows no conditions does it anyway."""
    try:
        call(operation, IfNoneMatch="*", **parameters)
    except ClientError as error:
        if error_code(error) not in _NOT_SUPPORTED:
            raise
        call(operation, **parameters)


def _abort_abandoned(call: Call, key: str) -> None:
    """Abort old uploads of the key that were never finished: by a process that was killed, say."""
    with contextlib.suppress(ClientError):  # not every server lists them, not everyone may
        for found in call("list_multipart_uploads", Prefix=key).get("Uploads", ()):
            if found["Key"] == key and datetime.now(UTC) - found["Initiated"] >= ABANDONED:
                call("abort_multipart_upload", Key=key, UploadId=found["UploadId"])


def copy_in_parts(
    call: Call, source: Mapping[str, Any], size: int, condition: Mapping[str, Any], target: Mapping[str, Any]
) -> None:
    """Copy an object of more than 5 GB within the server. source: bucket and key; target: key and properties."""
    key = target["Key"]
    upload_id = call("create_multipart_upload", **target)["UploadId"]
    step = max(part_size(size), 512 << 20)
    try:
        parts = []
        for number, start in enumerate(range(0, size, step), 1):
            last = min(start + step, size) - 1
            answer = call(
                "upload_part_copy",
                Key=key,
                UploadId=upload_id,
                PartNumber=number,
                CopySource=source,
                CopySourceRange=f"bytes={start}-{last}",
                **condition,
            )
            parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
        call("complete_multipart_upload", Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts})
    except BaseException:
        with contextlib.suppress(ClientError, BotoCoreError):
            call("abort_multipart_upload", Key=key, UploadId=upload_id)
        raise


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
