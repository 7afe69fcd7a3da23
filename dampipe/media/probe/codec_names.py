"""Names of codecs for which there is no decoder, as the container spells them."""

import re
from pathlib import Path
from typing import Any

import av

_HEAD = 1 << 16


def unknown_codecs(container: Any) -> dict[int, str]:
    """Index -> name of the codec (its FourCC, or its id in Matroska) of the streams without a decoder.

    container: opened by PyAV.
    """
    unknown = [
        stream
        for stream in (*container.streams.video, *container.streams.audio)
        if stream.codec_context is None
    ]
    if not unknown:
        return {}
    described = dict(_described(_description(container)))
    ids = _matroska_ids(container.name) if container.format.name.startswith("matroska") else {}
    names = {}
    for stream in unknown:
        name = described.get(stream.index, "")
        if name in ("", "none"):
            # The ids stand in the order of the tracks of each kind.
            same = [other for other in container.streams if other.type == stream.type]
            spelled = ids.get(stream.type, [])
            name = spelled[same.index(stream)] if len(spelled) == len(same) else name
        names[stream.index] = name or "unknown"
    return names


def _described(text: str) -> list[tuple[int, str]]:
    """Index and FourCC or name of each stream, of libav's description of a file.

    >>> _described("  Stream #0:1[0x2](und): Video: none (zzq1 / 0x3171717A), 320x180")
    [(1, 'zzq1')]
    >>> _described("  Stream #0:0: Audio: none, 44100 Hz")
    [(0, 'none')]
    """
    lines = re.findall(r"Stream #\d+:(\d+)[^:]*: \w+: ([^,\n]+)", text)
    return [(int(index), _name(codec.strip())) for index, codec in lines]


def _name(codec: str) -> str:
    four_letters = re.search(r"\((.+?) / 0x", codec)
    name = codec.split()[0]
    return four_letters[1] if name == "none" and four_letters else name


def _description(container: Any) -> str:
    # libav describes files at this level only.
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        return str(container.dumps_format())
    finally:
        av.logging.set_level(level)


def _matroska_ids(name: str) -> dict[str, list[str]]:
    """The codec ids in the header of a Matroska file, by type of stream."""
    with Path(name.removeprefix("file:")).open("rb") as file:
        # The element CodecID, 0x86, with a size of one byte
        found = re.findall(rb"\x86([\x80-\xff])([VA]_[A-Za-z0-9/_.]+)", file.read(_HEAD))
    ids = [spelled[: size[0] & 0x7F].decode("ascii") for size, spelled in found]
    return {
        "video": [spelled for spelled in ids if spelled.startswith("V_")],
        "audio": [spelled for spelled in ids if spelled.startswith("A_")],
    }
