"""Recognition of media files: by name, and by the first bytes where a suffix is shared with other kinds of files.

`FILE_TYPES` is the one table of suffixes. To add one: a word in a row below, and a generator (or a reason why there
is none) in `tests/support/filetypes.py`.
"""

from collections.abc import Callable
from enum import StrEnum


class Opener(StrEnum):
    """The library that opens a kind of file."""

    FFMPEG = "ffmpeg"
    FFMPEG_ELEMENTARY = "ffmpeg, as a stream without a container"
    FFMPEG_STILL = "ffmpeg, as a still"
    PILLOW = "Pillow"
    LIBRAW = "LibRaw"


_WORDS: tuple[tuple[Opener, str], ...] = (
    (
        Opener.FFMPEG,
        """3g2 3gp 3gp2 3gpp 360 aif aifc aiff amv apng asf au avi avifs cine dav divx dv dvr-ms evo f4v flac flv gif gxf
        heics insv ivf m2a m2p m2t m2ts m4a m4b m4r m4v mj2 mk3d mka mkv mod mov mp2 mp3 mp4 mpa mpe mpeg mpg mpv mqv mts
        mxf nut oga ogg ogm ogv ogx opus pva qt rm rmvb snd spx tod tp trp ts vob vro wav wave bwf rf64 w64 webm wma wmv
        wtv xvid aa3 aac caf amr awb ape dsf iamf mpc oma qcp shn tak tta voc wv y4m dat""",
    ),
    (
        Opener.FFMPEG_ELEMENTARY,
        """264 265 266 ac3 apv avc drc dts dtshd eac3 ec3 gsm h261 h263 h264 h265 h266 hevc latm loas m1v m2v mjpeg mjpg
        mlp mpv2 obu thd vc1 vvc""",
    ),
    (Opener.FFMPEG_STILL, "dpx exr fits fts hdr jls jxl pam pcd pfm phm ras sun"),
    (
        Opener.PILLOW,
        """avif bmp bw dds dib heic heif hif icb insp j2c j2k jfif jp2 jpe jpeg jpf jpg jpx mpo pbm pcx pgm png pnm ppm
        psd qoi rgb rgba sgi tga tif tiff vda vst webp""",
    ),
    (
        Opener.LIBRAW,
        """3fr arw bay cr2 cr3 crw dcr dng erf fff gpr iiq k25 kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2
        srf srw x3f""",
    ),
)
FILE_TYPES: dict[str, Opener] = {f".{word}": opener for opener, words in _WORDS for word in words.split()}
"""By suffix, lower case, with the dot."""
MEDIA_SUFFIXES: frozenset[str] = frozenset(FILE_TYPES)
"""Lower case, with the dot."""
RAW_SUFFIXES: frozenset[str] = frozenset(s for s, opener in FILE_TYPES.items() if opener is Opener.LIBRAW)
"""The suffixes of camera raw files."""
ELEMENTARY_SUFFIXES: frozenset[str] = frozenset(
    suffix for suffix, opener in FILE_TYPES.items() if opener is Opener.FFMPEG_ELEMENTARY
)
"""The suffixes of streams without a container, whose bytes say little of what they are."""
MOTION_JPEG_SUFFIXES = (".mjpg", ".mjpeg")
_PARTIAL = {".part", ".partial", ".tmp", ".crdownload", ".download"}

HEAD = 1024
"""Bytes that `is_media_content` needs of the beginning of a file."""


def is_media(name: str) -> bool:
    """Return whether the name is that of a media file: a known suffix, not hidden, not a partial download.

    Partial downloads and copies (`clip.mp4.part`, `clip.mp4.crdownload`, `.clip.mp4.x7Gk`) have their own
    suffix or a leading dot, as have the AppleDouble files of macOS (`._clip.mp4`).

    >>> is_media("A001.MOV"), is_media("._A001.MOV"), is_media("a.mp4.part")
    (True, False, False)
    """
    # Called for every file in every scan, so it is kept fast.
    dot = name.rfind(".")
    if dot < 1 or name[dot:].lower() not in MEDIA_SUFFIXES or name[0] in ".~":
        return False
    inner = name.rfind(".", 0, dot)
    return inner < 0 or name[inner:dot].lower() not in _PARTIAL


def needs_content(name: str) -> bool:
    """Return whether the suffix is shared with other kinds of files, so that `is_media_content` has to decide.

    >>> needs_content("index.ts"), needs_content("go.mod"), needs_content("A001.MOV")
    (True, True, False)
    """
    return name[name.rfind(".") :].lower() in _SHARED


def is_media_content(name: str, head: bytes) -> bool:
    """Return whether a file that begins with `head` is media. head: the first `HEAD` bytes, or all of a shorter file.

    True for every suffix that is not shared. An empty file of a shared suffix is not media.

    >>> is_media_content("index.ts", b"export const a = 1;"), is_media_content("a.mov", b"")
    (False, True)
    """
    test = _SHARED.get(name[name.rfind(".") :].lower())
    return test is None or test(head[:HEAD])


def _is_text(head: bytes) -> bool:
    """Whether the bytes are text: UTF-8 or an 8-bit encoding of it without control characters, or UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 32 and byte not in b"\t\n\f\r\x1b" for byte in head)


def _is_transport_stream(head: bytes) -> bool:
    """Whether a sync byte repeats at the distance of MPEG-TS packets: 188 bytes; 192 with times; 204 with parity."""
    for packet in (188, 192, 204):
        for start in range(packet):
            syncs = head[start::packet]
            if len(syncs) >= 4 and syncs == b"G" * len(syncs):
                return True
    return False


def _is_program_stream(head: bytes) -> bool:
    """Whether it begins with a pack or sequence header of MPEG, perhaps in the RIFF wrapper of a Video CD."""
    return head.startswith((b"\0\0\1\xba", b"\0\0\1\xb3")) or (head[:4] == b"RIFF" and head[8:12] == b"CDXA")


def _is_binary(head: bytes) -> bool:
    """Whether it is not text. A stream whose beginning is damaged is taken, so that its failure is shown."""
    return bool(head) and not _is_text(head)


def _is_mpeg(head: bytes) -> bool:
    return _is_program_stream(head) or (_is_binary(head) and _is_transport_stream(head))


def _is_tiff_or_raw(head: bytes) -> bool:
    """Whether it is a camera raw file of Panasonic, Leica or others that are TIFF at heart."""
    return head.startswith((b"IIU\0", b"II*\0", b"MM\0*", b"IIRO", b"IIRS", b"FUJIFILM"))


def _is_radiance(head: bytes) -> bool:
    return head.startswith((b"#?RADIANCE", b"#?RGBE"))


def _is_sgi(head: bytes) -> bool:
    return head.startswith(b"\x01\xda")


def _is_targa(head: bytes) -> bool:
    return len(head) >= 18 and head[1] < 2 and head[2] in (1, 2, 3, 9, 10, 11)


def _is_real_media(head: bytes) -> bool:
    return head.startswith((b".RMF", b".ra\xfd"))


_SHARED: dict[str, Callable[[bytes], bool]] = {
    ".ts": _is_binary,  # TypeScript, translations of Qt
    ".mts": _is_binary,  # TypeScript
    ".tp": _is_binary,
    ".mod": _is_mpeg,  # Go, Fortran, trackers
    ".dat": _is_mpeg,  # anything
    ".vob": _is_mpeg,
    ".raw": _is_tiff_or_raw,  # dumps of sensors, disks and memory
    ".hdr": _is_radiance,  # headers of ENVI, Nifti and others
    ".bay": _is_binary,
    ".fff": _is_binary,
    ".mos": _is_binary,
    ".rm": _is_real_media,
    ".rgb": _is_sgi,  # pixels without a header
    ".rgba": _is_sgi,
    ".bw": _is_sgi,
    ".sun": _is_binary,
    ".ras": _is_binary,
    ".icb": _is_targa,
    ".vda": _is_targa,
    ".vst": _is_targa,  # drawings of Visio
    ".fits": lambda head: head.startswith(b"SIMPLE  ="),
    ".fts": lambda head: head.startswith(b"SIMPLE  ="),
    ".pcd": lambda head: _is_binary(head) and not head.startswith(b"# .PCD"),  # point clouds
    ".pcx": lambda head: head.startswith(b"\x0a"),
    ".evo": _is_mpeg,
    ".vro": _is_mpeg,
    ".mpc": _is_binary,
    ".tak": _is_binary,
    ".gsm": _is_binary,
    ".obu": _is_binary,
    ".266": _is_binary,
    ".sgi": _is_sgi,
    ".360": _is_binary,
    ".264": _is_binary,
    ".265": _is_binary,
    ".avc": _is_binary,
    ".dts": _is_binary,  # device trees
    ".nut": _is_binary,  # Squirrel
    ".snd": _is_binary,
    ".au": _is_binary,  # audit logs
    ".asf": _is_binary,  # Apache
}
"""Suffixes that other kinds of files have, too, and what the first bytes have to be."""

_OTHER = """xml xmp rmd rsx aae gpx ale sidecar cdl cc ccc cube srt vtt ass sbv thm lrv lrf bim smi ppn cif
cpf cpi idx mif mhl md5 sha1 xxh pek cfa ims mrk nmea sav gis gps db-wal db-shm lnk url"""
OTHER_SUFFIXES: frozenset[str] = frozenset(f".{word}" for word in _OTHER.split())
"""Suffixes of files that accompany footage: metadata, subtitles, indexes, caches and checksums."""
_OTHER_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "autorun.inf", "icon\r"})
_LONGEST = 16


def unknown_kind(name: str) -> str | None:
    """The suffix by which to count a file that is neither media nor something that accompanies it; None if it is.

    "" stands for a name without a suffix, or with one that is too long or odd to be one.

    >>> unknown_kind("scene.R3D"), unknown_kind("README"), unknown_kind("C0001.XMP"), unknown_kind(".DS_Store")
    ('.r3d', '', None, None)
    """
    if name[:1] in (".", "~") or name.lower() in _OTHER_NAMES:
        return None
    dot = name.rfind(".")
    suffix = name[dot:].lower() if dot > 0 else ""
    if suffix in OTHER_SUFFIXES or suffix in _PARTIAL:
        return None
    return suffix if len(suffix) <= _LONGEST and suffix[1:].isalnum() and suffix.isascii() else ""
