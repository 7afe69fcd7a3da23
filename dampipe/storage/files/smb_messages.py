"""Requests to SMB servers about open files and folders, each with the function that takes its answer."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

from smbclient._io import SMBRawIO
from smbprotocol.exceptions import NoMoreFiles, NoSuchFile
from smbprotocol.file_info import FileInformationClass, InfoType
from smbprotocol.open import SMB2QueryDirectoryResponse, SMB2QueryInfoRequest, SMB2QueryInfoResponse

from dampipe.storage.files.smb_names import nanoseconds

T = TypeVar("T")
Message: TypeAlias = tuple[Any, Callable[[Any], T]]

_NETWORK_OPEN = 34
_VOLUME_ATTRIBUTES = 5


class OpenFacts(NamedTuple):
    """What a server states of an open file."""

    size: int
    mtime_ns: int


def file_facts(raw: SMBRawIO) -> Message[OpenFacts]:
    """FileNetworkOpenInformation ([MS-FSCC] 2.4.29), more precise than the answer to the opening."""

    def parse(buffer: bytes) -> OpenFacts:
        written = int.from_bytes(buffer[16:24], "little")
        return OpenFacts(int.from_bytes(buffer[40:48], "little"), nanoseconds(written))

    return _query(raw, InfoType.SMB2_0_INFO_FILE, _NETWORK_OPEN, parse)


def file_system(raw: SMBRawIO) -> Message[str]:
    """The name of the file system, from FileFsAttributeInformation ([MS-FSCC] 2.5.1)."""

    def parse(buffer: bytes) -> str:
        return buffer[12:].decode("utf-16-le", "replace")

    return _query(raw, InfoType.SMB2_0_INFO_FILESYSTEM, _VOLUME_ATTRIBUTES, parse)


def entries(raw: SMBRawIO, pattern: str, flags: int, size: int) -> Message[bytes]:
    """The next entries of a folder, up to `size` bytes: a buffer, empty at the end."""
    message, _ = raw.fd.query_directory(
        "",
        FileInformationClass.FILE_ID_FULL_DIRECTORY_INFORMATION,
        flags=flags,
        max_output=size,
        send=False,
    )
    message["buffer"] = pattern.encode("utf-16-le", "surrogatepass")

    def receive(request: Any) -> bytes:
        try:
            response = raw.fd.connection.receive(request)
        except (NoMoreFiles, NoSuchFile):
            return b""
        answer = SMB2QueryDirectoryResponse()
        answer.unpack(response["data"].get_value())
        buffer: bytes = answer["buffer"].get_value()
        return buffer

    return message, receive


def _query(raw: SMBRawIO, kind: int, number: int, parse: Callable[[bytes], T]) -> Message[T]:
    message = SMB2QueryInfoRequest()
    message["info_type"] = kind
    message["file_info_class"] = number
    message["file_id"] = raw.fd.file_id
    message["output_buffer_length"] = 1024

    def receive(request: Any) -> T:
        answer = SMB2QueryInfoResponse()
        answer.unpack(raw.fd.connection.receive(request)["data"].get_value())
        return parse(answer["buffer"].get_value())

    return message, receive
