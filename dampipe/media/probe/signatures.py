"""Recognition of stills by their first bytes. Has few imports, since every probe uses it."""

from pathlib import Path

from dampipe.media.filetypes import MOTION_JPEG_SUFFIXES, RAW_SUFFIXES

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff\xf7", "jpegls"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),  # BigTIFF
    (b"MM\x00+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"\xff\x0a", "jpegxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jpegxl"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"8BPS\x00\x01", "psd"),
    (b"8BPS\x00\x02", "psd"),
    (b"v/1\x01", "exr"),
    (b"#?RADIANCE", "hdr"),
    (b"#?RGBE", "hdr"),
    (b"SDPX", "dpx"),
    (b"DDS ", "dds"),
    (b"SIMPLE  =", "fits"),
    (b"qoif", "qoi"),
    (b"\x01\xda\x00\x01", "sgi"),
    (b"\x01\xda\x00\x02", "sgi"),
    (b"\x01\xda\x01\x01", "sgi"),
    (b"\x01\xda\x01\x02", "sgi"),
    (b"\x59\xa6\x6a\x95", "sunrast"),
    *((b"\x0a%c\x01" % version, "pcx") for version in (0, 2, 3, 4, 5)),
    (b"PH\n", "pnm"),
    (b"Ph\n", "pnm"),
    (b"XPDS", "dpx"),
    *((b"P%d%c" % (kind, end), "pnm") for kind in range(1, 8) for end in b" \t\n\r"),
    *((b"P%c%c" % (kind, end), "pnm") for kind in b"fF" for end in b" \t\n\r"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"mif3", b"miaf", b"MiHB", b"MiHE")
_AVIF_BRANDS = (b"avif", b"MA1B", b"MA1A")
_TGA_TYPES = (1, 2, 3, 9, 10, 11)
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
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def still_container(path: str) -> str | None:
    """The name of the still's format ("jpeg", "heif", "raw" …; see docs/media.md), or None for anything else."""
    with Path(path).open("rb") as stream:
        head = stream.read(64)
    if _is_raw(path, head):
        return "raw"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        brands = [head[offset : offset + 4] for offset in range(8, min(int.from_bytes(head[:4]), 64), 4)]
        if brands[0] in _HEIF_BRANDS or brands[0] in _AVIF_BRANDS:
            return "avif" if any(brand in _AVIF_BRANDS for brand in brands) else "heif"
        return None
    if head.startswith(b"\xff\xd8\xff") and Path(path).suffix.lower() in MOTION_JPEG_SUFFIXES:
        return None  # one JPEG after the other: Motion JPEG without a container
    found = next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)
    if found is None and head.startswith(b"\x28\0\0\0") and Path(path).suffix.lower() == ".dib":
        return "dib"  # without the header of a BMP file
    if found is None and _is_photo_cd(path):
        return "photocd"
    return found or ("tga" if _is_tga(path, head) else None)


def _is_raw(path: str, head: bytes) -> bool:
    """Return whether the file is camera raw: by its first bytes, or by its suffix if these are those of any TIFF."""
    if any(head[offset : offset + len(magic)] == magic for offset, magic in _RAW):
        return True
    return head[:4] in _TIFF and Path(path).suffix.lower() in RAW_SUFFIXES


def _is_photo_cd(path: str) -> bool:
    """Photo CD has its signature behind the first sector."""
    if Path(path).suffix.lower() != ".pcd":
        return False
    with Path(path).open("rb") as stream:
        stream.seek(0x800)
        return stream.read(7) == b"PCD_IPI"


def _is_tga(path: str, head: bytes) -> bool:
    """Targa has no signature: its suffix and a header that makes sense are needed."""
    if Path(path).suffix.lower() not in (".tga", ".icb", ".vda", ".vst") or len(head) < 18:
        return False
    width, height = int.from_bytes(head[12:14], "little"), int.from_bytes(head[14:16], "little")
    return (
        head[1] < 2 and head[2] in _TGA_TYPES and head[16] in (8, 15, 16, 24, 32) and bool(width and height)
    )
