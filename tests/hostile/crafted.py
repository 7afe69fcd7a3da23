"""Crafted files: playlists, drawings and containers that refer to other files or addresses."""

import struct
import zlib
from collections.abc import Mapping


def crafted(victim: str, address: str, samples: Mapping[str, bytes]) -> dict[str, bytes]:
    """Name -> content. victim: a valid file that must not be opened; address: a URL that must not be requested."""
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
    svg = (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"'
    )
    image = svg + ' width="64" height="64"><image x:href="{}" width="64" height="64"/></svg>'
    mvg = "push graphic-context\nviewbox 0 0 64 64\nimage over 0,0 64,64 '{}'\npop graphic-context\n"
    dash = '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
    dash += "<Representation><BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    sdp = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
    texts = {
        "hls-file.mp4": hls.format(f"file:{victim}"),
        "hls-plain.ts": hls.format(victim),
        "hls-url.mov": hls.format(address),
        "hls-concat.avi": hls.format(f"concat:{victim}|{victim}"),
        "hls-subfile.mkv": hls.format(f"subfile,,start,0,end,1000,,:{victim}"),
        "hls-crypto.mp4": hls.format(f"crypto:{victim}"),
        "hls-nested.mp4": hls.format(hls.format(victim)),
        "concat.mp4": f"ffconcat version 1.0\nfile '{victim}'\n",
        "concat-url.mkv": f"ffconcat version 1.0\nfile '{address}'\n",
        "concat-unsafe.mov": f"ffconcat version 1.0\nfile '../../../..{victim}'\n",
        "drawing.png": image.format(f"file://{victim}"),
        "drawing-url.jpg": image.format(address),
        "drawing.mp4": image.format(victim),
        "magick.jpg": mvg.format(victim),
        "magick-url.png": mvg.format(address),
        "magick-msl.mp4": f'<?xml version="1.0"?><image><read filename="{victim}"/></image>',
        "dash.mp4": dash.format(address),
        "dash-file.mkv": dash.format(f"file://{victim}"),
        "session.mp4": sdp,
        "stream.asf": f"[Reference]\nRef1={address}\n",
        "stream.wmv": f'<asx version="3.0"><entry><ref href="{address}"/></entry></asx>',
        "list.mp3": f"#EXTM3U\n{victim}\n{address}\n",
        "edl.mp4": f"# mpv EDL v0\n{victim},0,10\n",
        "avisynth.avi": f'AviSource("{victim}")\n',
        "script.mp4": f'#!/bin/sh\ncat "{victim}"\n',
        "entity.mp4": f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file://{victim}">]><a>&b;</a>',
        "text.mp4": "not a film\n" * 50,
        "text.jpg": "not a picture\n" * 50,
        "page.mov": "<html><body>404 not found</body></html>",
        "empty.mp4": "",
        "one-byte.mkv": "\x1a",
        "only-head.wav": "RIFF",
        "img%03d.jpg": "no pattern",
    }
    files = {name: text.encode("latin-1") for name, text in texts.items()}
    files["references-a-file.mov"] = _referring(samples["h264.mp4"], victim)
    files["references-an-address.mov"] = _referring(samples["h264.mp4"], address)
    files["black-hole.png"] = _png(60_000, 60_000)
    files["thin.png"] = _png(1, 300_000)
    files["boxes.mp4"] = b"".join(struct.pack(">I", 8) + b"moov" for _ in range(20_000))
    files["largest-box.mp4"] = struct.pack(">I4sQ", 1, b"mdat", (1 << 63) - 1) + b"x" * 1000
    files["tag.mp3"] = b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"\x00" * 2000
    files["sound-of-ages.wav"] = samples["audio-only.wav"].replace(b"data", b"data\xff\xff\xff\xff", 1)
    files["zeros.mxf"] = bytes(100_000)
    disguised = (("h264.mp4", "jpg"), ("still.png", "mp4"), ("audio-only.wav", "mov"), ("mpeg2.ts", "png"))
    files |= {f"disguised-{name}.{suffix}": samples[name] for name, suffix in disguised if name in samples}
    return files


def _referring(sample: bytes, place: str) -> bytes:
    """An MP4 whose data reference points to another file."""
    path = place.encode()
    entry = struct.pack(">I4sI", 12 + len(path) + 1, b"url ", 0) + path + b"\0"
    spot = sample.index(b"dref") - 4
    size = struct.unpack(">I", sample[spot : spot + 4])[0]
    # The enclosing boxes keep their old, now wrong, sizes.
    return (
        sample[:spot] + struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry + sample[spot + size :]
    )


def _png(width: int, height: int) -> bytes:
    """A black picture with one bit per pixel: small on disk, huge in memory. Most rows are missing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(min(height, 500))) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
