"""The probe helper process: reads requests as JSON lines and writes responses; any file may crash it.

    python -m dampipe.media.probe.helper MEMORY [FFMPEG]
    -> {"path": "/mnt/a.mp4"}
    <- {"media": {…}}, {"failure": {"code": "media.…", "parameters": {…}}}
       or {"error": "message of the library", "diagnosis": null or {"code": …, "parameters": {…}}}
    -> {"path": "/mnt/a.heic", "side": 720}
    <- {"width": 1080, "height": 720, "tags": null, "warnings": [], "bytes": 2332800} and then the picture's bytes,
       RGB of 8 bit, or of 16 bit if "tags" are ["bt2020", "smpte2084"] or the like; or {"error": …}, {"failure": …}
    -> {"path": "/tmp/query", "size": 224, "crop": true, "bilinear": false, "max_pixels": 100000000}
    <- as for a side; or {"error": …, "too_many_pixels": true}

PyAV parses untrusted bytes in this process only; the parent restarts it when needed.
"""

import json
import os
import resource
import stat
import struct
import sys
from pathlib import Path
from typing import Any

from dampipe.media.ffmpeg.rlimit_exec import die_with_parent, lower_limit

_FIRST_ATOMS = {b"ftyp", b"mdat", b"moov", b"free", b"skip", b"wide", b"pnot", b"uuid", b"styp"}


def probe(path: str, ffmpeg: str = "") -> dict[str, Any]:
    """Return {"media": fields of MediaInfo}, {"error": message} or {"failure": code and parameters}."""
    import av

    from dampipe.media.probe.pyav_reader import read_media
    from dampipe.media.probe.signatures import still_container

    av.logging.set_level(av.logging.ERROR)
    with av.logging.Capture() as log:
        try:
            if not stat.S_ISREG(Path(path).stat().st_mode):
                return {"error": "not a regular file"}
            container = still_container(path)
            media = _still(path, container, ffmpeg) if container else None
            return {"media": media or read_media(path)}
        except av.FFmpegError as error:
            messages = [message for _, _, message in log][-20:]
            if error.log is not None:
                messages.append(str(error.log[-1]))
            if not _starts_like_mp4(path):
                # For any text file named .mp4 the library reports that its table of contents is missing.
                messages = [message for message in messages if "moov atom" not in message]
            return {"error": "\n".join([*messages, error.strerror or str(error)])}
        except Exception as error:
            return _failure(error)


def _still(path: str, container: str, ffmpeg: str) -> dict[str, Any] | None:
    from dampipe.media.stills.develop import still_info  # imports Pillow, so only if needed

    media = still_info(path, container, ffmpeg)
    if media is not None and container in ("jpeg", "heif"):
        from dampipe.media.probe.group_identifiers import still_identifiers

        media |= still_identifiers(path, container)
    return media


def develop(path: str, side: int, ffmpeg: str = "") -> tuple[dict[str, Any], bytes]:
    """Return (size, colour tags and warnings, RGB bytes), or ({"error": …} or {"failure": …}, b"")."""
    from dampipe.media.errors import STILL_FORMAT_UNKNOWN
    from dampipe.media.probe.signatures import still_container
    from dampipe.media.stills.develop import develop as develop_still
    from dampipe.media.stills.failures import StillError

    try:
        container = still_container(path)
        if container is None:
            raise StillError(STILL_FORMAT_UNKNOWN)
        picture = develop_still(path, container, side, ffmpeg)
    except Exception as error:
        return _failure(error), b""
    tags = picture.tags
    answer = {
        "width": picture.width,
        "height": picture.height,
        "tags": [tags.primaries, tags.transfer] if tags else None,
        "warnings": picture.warnings,
    }
    return answer, picture.pixels


def _failure(error: Exception) -> dict[str, Any]:
    from dampipe.media.stills.failures import StillError, as_json, translate

    if isinstance(error, OSError) and error.strerror:
        return {"error": error.strerror}
    if isinstance(error, (OSError, *_PARSE_ERRORS)) and not isinstance(error, StillError):
        return {"error": f"{error}\nInvalid data found: {type(error).__name__}"}
    return {"failure": as_json(translate(error))}


def fit(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return ({"width", "height"}, RGB bytes), or ({"error"}, b"")."""
    from dampipe.media.stills.fit import TooManyPixels
    from dampipe.media.stills.fit import fit as fit_still

    try:
        picture = fit_still(
            request["path"],
            request["size"],
            crop=request["crop"],
            bilinear=request["bilinear"],
            max_pixels=request["max_pixels"],
        )
        return {"width": picture.width, "height": picture.height}, picture.tobytes()
    except TooManyPixels as error:
        return {"error": str(error), "too_many_pixels": True}, b""
    except Exception as error:
        return _failure(error), b""


_PARSE_ERRORS = (
    *(ValueError, SyntaxError, EOFError, MemoryError, OverflowError),
    *(TypeError, KeyError, IndexError, struct.error),
)
"""Exceptions that the reader of containers raises for inconsistent files; the messages of libav say more."""


def _diagnosed(response: dict[str, Any], path: str) -> dict[str, Any]:
    """Say why a file cannot be used, and leave out streams that are encrypted."""
    from dampipe.media.probe import diagnosis

    if "media" in response:
        return diagnosis.without_encrypted(response, path)
    if "failure" in response:
        return response
    return response | {"diagnosis": diagnosis.diagnose(path)}


def _starts_like_mp4(path: str) -> bool:
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(12)
    except OSError:
        return False
    from dampipe.media.probe.diagnosis import is_picture

    return head[4:8] in _FIRST_ATOMS and not is_picture(head)


def main() -> None:
    """Serve requests until standard input ends."""
    memory = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    ffmpeg = sys.argv[2] if len(sys.argv) > 2 else ""
    die_with_parent(os.getppid())
    lower_limit(resource.RLIMIT_AS, memory)
    # Output of libraries must not mix with the responses.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            request = json.loads(line)
            picture = b""
            if "size" in request:
                response, picture = fit(request)
            elif "side" in request:
                response, picture = develop(request["path"], request["side"], ffmpeg)
            else:
                response = _diagnosed(probe(request["path"], ffmpeg), request["path"])
            out.write(json.dumps(response | {"bytes": len(picture)}).encode("ascii") + b"\n" + picture)
            out.flush()


if __name__ == "__main__":
    main()
