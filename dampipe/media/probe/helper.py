"""The probe helper process: reads requests as JSON lines and writes responses; any file may crash it.

    python -m dampipe.media.probe.helper MEMORY
    -> {"path": "/mnt/a.mp4"}
    <- {"media": {…}} or {"error": "message of the library"}
    -> {"path": "/mnt/a.heic", "side": 720}
    <- {"width": 1080, "height": 720, "bytes": 2332800} and then the picture's bytes, RGB; or {"error": …}
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


def probe(path: str) -> dict[str, Any]:
    """Return {"media": fields of MediaInfo}, or {"error": message}."""
    import av

    from dampipe.media.probe.pyav_reader import read_media
    from dampipe.media.probe.signatures import still_container

    av.logging.set_level(av.logging.ERROR)
    with av.logging.Capture() as log:
        try:
            if not stat.S_ISREG(Path(path).stat().st_mode):
                return {"error": "not a regular file"}
            container = still_container(path)
            media = _still(path, container) if container else None
            return {"media": media or read_media(path)}
        except av.FFmpegError as error:
            messages = [message for _, _, message in log][-20:]
            if error.log is not None:
                messages.append(str(error.log[-1]))
            if not _starts_like_mp4(path):
                # For any text file named .mp4 the library reports that its table of contents is missing.
                messages = [message for message in messages if "moov atom" not in message]
            return {"error": "\n".join([*messages, error.strerror or str(error)])}
        except OSError as error:
            return {"error": _os_error_text(error)}
        except _PARSE_ERRORS as error:
            return {"error": _parse_error_text(error)}


def _still(path: str, container: str) -> dict[str, Any] | None:
    from dampipe.media.stills.develop import still_info  # imports Pillow, so only if needed

    return still_info(path, container)


def develop(path: str, side: int) -> tuple[dict[str, Any], bytes]:
    """Return ({"width", "height"}, RGB bytes), or ({"error"}, b"")."""
    from dampipe.media.probe.signatures import still_container
    from dampipe.media.stills.develop import develop as develop_still

    try:
        container = still_container(path)
        if container is None:
            return {"error": "Invalid data found: not a still"}, b""
        picture = develop_still(path, container, side)
        return {"width": picture.width, "height": picture.height}, picture.tobytes()
    except OSError as error:
        return {"error": _os_error_text(error)}, b""
    except _PARSE_ERRORS as error:
        return {"error": _parse_error_text(error)}, b""


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
    except OSError as error:
        return {"error": _os_error_text(error)}, b""
    except _PARSE_ERRORS as error:
        return {"error": _parse_error_text(error)}, b""


_PARSE_ERRORS = (
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
    OverflowError,
    TypeError,
    KeyError,
    IndexError,
    struct.error,
)
"""Exceptions that libraries raise for inconsistent files."""


def _os_error_text(error: OSError) -> str:
    # An OSError of Pillow has no errno when the picture itself is invalid.
    return error.strerror or f"Invalid data found: {error}"


def _parse_error_text(error: Exception) -> str:
    return f"{error}\nInvalid data found: {type(error).__name__}"


def _starts_like_mp4(path: str) -> bool:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(8)[4:] in _FIRST_ATOMS
    except OSError:
        return False


def main() -> None:
    """Serve requests until standard input ends."""
    memory = int(sys.argv[1]) if len(sys.argv) > 1 else 0
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
                response, picture = develop(request["path"], request["side"])
            else:
                response = probe(request["path"])
            out.write(json.dumps(response | {"bytes": len(picture)}).encode("ascii") + b"\n" + picture)
            out.flush()


if __name__ == "__main__":
    main()
