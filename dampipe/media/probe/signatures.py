"""Recognition of stills by their first bytes. Has few imports, since every probe uses it."""

from pathlib import Path

from dampipe.media.filetypes import RAW_SUFFIXES

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"8BPS", "psd"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
_RAW: tuple[tuple[int, bytes], ...] = (
    (8, b"CR\x02\x00"),
    (4, b"ftypcrx "),
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"IIU\x00"),
    (0, b"FOVb"),
    (0, b"\0MRM"),
    (6, b"HEAPCCDR"),
)
_TIFF = (b"II*\x00", b"MM\x00*")


def still_container(path: str) -> str | None:
    """ "jpeg", "png", "tiff", "webp", "bmp", "gif", "jpeg2000", "psd", "heif", "avif" or "raw",
    or None for anything else."""
    with Path(path).open("rb") as stream:
        head = stream.read(64)
    if _is_raw(path, head):
        return "raw"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        brands = [head[offset : offset + 4] for offset in range(8, min(int.from_bytes(head[:4]), 64), 4)]
        if brands[0] in _HEIF_BRANDS or brands[0] == b"avif":
            return "avif" if b"avif" in brands else "heif"
        return None
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def _is_raw(path: str, head: bytes) -> bool:
    """Return whether the file is camera raw: by its first bytes, or by its suffix if these are those of any TIFF."""
    if any(head[offset : offset + len(magic)] == magic for offset, magic in _RAW):
        return True
    return head[:4] in _TIFF and Path(path).suffix.lower() in RAW_SUFFIXES
