"""Fake camera cards: the structure of a real one, with small files of known content."""

import hashlib
import os
from pathlib import Path

FILES_OF_A_CLIP = ("CLIP/C{:04}.MP4", "CLIP/C{:04}M01.XML", "THMBNL/C{:04}T01.JPG")


def make_card(root: Path, clips: int = 3, size: int = 5000, seed: int = 1) -> Path:
    """A card of Sony's XAVC structure: three files a clip, and two of the card itself; one of them is empty."""
    inside = root / "PRIVATE" / "M4ROOT"
    for folder in ("CLIP", "THMBNL", "SUB", "GENERAL"):
        (inside / folder).mkdir(parents=True)
    for clip in range(1, clips + 1):
        for kind, name in enumerate(FILES_OF_A_CLIP):
            write(inside / name.format(clip), f"{seed} {clip} {kind}", size if not kind else 300 + clip)
    write(inside / "MEDIAPRO.XML", f"{seed} media", 700)
    (inside / "STATUS.BIN").write_bytes(b"")
    for number, path in enumerate(sorted(root.rglob("*"), key=str)):
        if path.is_file():
            at = 1_714_990_000_000_000_000 + number * 2_000_000_000
            os.utime(path, ns=(at, at))
    return root


def write(path: Path, text: str, size: int) -> Path:
    """A file of that size, whose bytes follow from the text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    block = hashlib.sha256(text.encode()).digest()
    path.write_bytes((block * (size // len(block) + 1))[:size])
    return path


Snapshot = dict[str, tuple[bytes, int, int]]


def snapshot(root: Path, *, without: tuple[str, ...] = ()) -> Snapshot:
    """Content, time and mode of every file below a folder. without: names of folders that are left out."""
    found = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not path.is_symlink() and not set(relative.parts) & set(without):
            facts = path.stat()
            found[str(relative)] = (path.read_bytes(), facts.st_mtime_ns, facts.st_mode)
    return found


def contents(root: Path) -> dict[str, bytes]:
    """The content of every file below a folder, without manifests."""
    return (
        {path: data for path, (data, _, _) in snapshot(root, without=("ascmhl",)).items()}
        if root.exists()
        else {}
    )
