"""The probe's helper process: reads paths as JSON lines, answers with the facts, and may die of any file.

    python -m dampipe.media.probe.helper MEMORY
    -> {"path": "/mnt/a.mp4"}
    <- {"media": {…}} or {"error": "what the library said"}
    -> {"path": "/mnt/a.heic", "side": 720}
    <- {"width": 1080, "height": 720, "bytes": 2332800} and then the picture's bytes, RGB; or {"error": …}

PyAV parses hostile bytes here and nowhere else; the parent restarts this process as it likes.
"""

import json
import os
import resource
import stat
import struct
import sys
from pathlib import Path
from typing import Any

from dampipe.media.ffmpeg.rlimit_exec import die_with, limit

_FIRST_ATOMS = {b"ftyp", b"mdat", b"moov", b"free", b"skip", b"wide", b"pnot", b"uuid", b"styp"}


def answer(path: str) -> dict[str, Any]:
    """The fields of MediaInfo for the file at `path`, or what went wrong."""
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
            said = [message for _, _, message in log][-20:]
            if error.log is not None:
                said.append(str(error.log[-1]))
            if not _begins_like_mp4(path):
                # Of any text that is named .mp4 the library says that its table of contents is missing.
                said = [message for message in said if "moov atom" not in message]
            return {"error": "\n".join([*said, error.strerror or str(error)])}
        except OSError as error:
            return {"error": _of_system(error)}
        except _NONSENSE as error:
            return {"error": _of_nonsense(error)}


def _still(path: str, container: str) -> dict[str, Any] | None:
    from dampipe.media.stills.develop import still_info  # Pillow: only where it is needed

    return still_info(path, container)


def develop(path: str, side: int) -> tuple[dict[str, Any], bytes]:
    """A still as ({"width", "height"}, RGB bytes), or ({"error"}, b"")."""
    from dampipe.media.probe.signatures import still_container
    from dampipe.media.stills.develop import developed

    try:
        container = still_container(path)
        if container is None:
            return {"error": "Invalid data found: no still"}, b""
        picture = developed(path, container, side)
        return {"width": picture.width, "height": picture.height}, picture.tobytes()
    except OSError as error:
        return {"error": _of_system(error)}, b""
    except _NONSENSE as error:
        return {"error": _of_nonsense(error)}, b""


_NONSENSE = (
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
"""What libraries raise for files that contradict themselves."""


def _of_system(error: OSError) -> str:
    # Pillow's have no number where the picture itself is at fault.
    return error.strerror or f"Invalid data found: {error}"


def _of_nonsense(error: Exception) -> str:
    return f"{error}\nInvalid data found: {type(error).__name__}"


def _begins_like_mp4(path: str) -> bool:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(8)[4:] in _FIRST_ATOMS
    except OSError:
        return False


def main() -> None:
    """Serve until standard input ends."""
    memory = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    die_with(os.getppid())
    limit(resource.RLIMIT_AS, memory)
    # Whatever a library prints must not get between the answers.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            asked = json.loads(line)
            picture = b""
            if "side" in asked:
                reply, picture = develop(asked["path"], asked["side"])
            else:
                reply = answer(asked["path"])
            out.write(json.dumps(reply | {"bytes": len(picture)}).encode("ascii") + b"\n" + picture)
            out.flush()


if __name__ == "__main__":
    main()
