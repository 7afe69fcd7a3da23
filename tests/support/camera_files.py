"""Files as cameras write them: GPMF, Sony's document, P2 and Canon clip files, atoms of QuickTime."""

import struct
from collections.abc import Mapping, Sequence

SONY = """<?xml version="1.0" encoding="UTF-8"?>
<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00" lastUpdate="2024-05-06T07:08:09+02:00">
 <CreationDate value="2024-05-06T07:08:09+02:00"/>
 <Device manufacturer="Sony" modelName="ILME-FX3" serialNo="4294967295"/>
 <Lens modelName="FE 24-70mm F2.8 GM"/>
 <AcquisitionRecord><Group name="CameraUnitMetadataSet">
  <Item name="CaptureGammaEquation" value="s-log3-cine"/><Item name="CaptureColorPrimaries" value="s-gamut3-cine"/>
 </Group><Group name="ExifGPS">
  <Item name="LatitudeRef" value="S"/><Item name="Latitude" value="33:51:24.6"/>
  <Item name="LongitudeRef" value="E"/><Item name="Longitude" value="151:12:54"/>
 </Group></AcquisitionRecord>
</NonRealTimeMeta>"""
P2 = """<?xml version="1.0" encoding="UTF-8"?>
<P2Main xmlns="urn:schemas-Professional-Plug-in:P2:ClipMetadata:v3.1"><ClipContent><ClipName>0001AB</ClipName>
 <ClipMetadata><UserClipName>Harbour</UserClipName>
 <Shoot><Shooter>Ann Example</Shooter><StartDate>2024-05-06T07:08:09+09:00</StartDate>
  <Location><Altitude>12</Altitude><Longitude>E139.500000</Longitude><Latitude>S35.250000</Latitude></Location></Shoot>
 <Scenario><ProgramName>Alps</ProgramName><SceneNo.>12A</SceneNo.><TakeNo.>3</TakeNo.></Scenario>
 <Device><Manufacturer>Panasonic</Manufacturer><SerialNo.>C0A1</SerialNo.><ModelName>AU-V35LT1</ModelName></Device>
 <Acquisition><CameraUnitMetadata><ISOSensitivity>800</ISOSensitivity><Gamma><CaptureGamma>V-LOG</CaptureGamma>
  <CaptureGamut>V-Gamut</CaptureGamut></Gamma></CameraUnitMetadata></Acquisition>
 </ClipMetadata></ClipContent></P2Main>"""
DJI = """1
00:00:00,000 --> 00:00:00,033
<font size="28">SrtCnt : 1, DiffTime : 33ms
2024-05-06 07:08:09.123
[iso : 400] [shutter : 1/640.0] [fnum : 280] [ev : 0] [ct : 5500] [color_md : dlog_m] [focal_len : 240] \
[latitude: 48.857700] [longitude: 2.295000] [rel_alt: 1.200 abs_alt: 35.600] </font>
"""


def klv(key: str, kind: str, values: bytes, size: int = 1) -> bytes:
    """One entry of GPMF."""
    head = struct.pack(">4scBH", key.encode(), kind.encode("latin-1"), size, len(values) // size)
    return head + values + bytes(-len(values) % 4)


def gpmf(
    place: Sequence[float] = (48.8577, 2.295, 35.0), fix: int = 3, iso: int = 400, shutter: float = 0.005
) -> bytes:
    """One payload of a camera: exposure, and a position by GPS5. place: degrees and metres."""
    scales = (10_000_000, 10_000_000, 1000, 1000, 100)
    numbers = [round(value * scale) for value, scale in zip((*place, 0, 0), scales, strict=True)]
    gps = klv("GPSF", "L", struct.pack(">I", fix), 4) + klv("GPSU", "U", b"240506070809.250", 16)
    gps += klv("SCAL", "l", struct.pack(">5i", *scales), 4) + klv(
        "GPS5", "l", struct.pack(">5i", *numbers), 20
    )
    exposure = klv("ISOE", "S", struct.pack(">2H", iso, iso), 2)
    streams = klv("STRM", "\0", exposure) + klv("STRM", "\0", klv("SHUT", "f", struct.pack(">f", shutter), 4))
    device = klv("DVNM", "c", b"HERO8 Black") + streams + klv("STRM", "\0", gps)
    return klv("DEVC", "\0", device)


def gpmf9(place: Sequence[float], fix: int = 3) -> bytes:
    """One payload of a newer camera, with a position by GPS9: 6 May 2024, 07:08:09.25."""
    scales = (10_000_000, 10_000_000, 1000, 1000, 100, 1, 1000, 100, 1)
    real = (*place, 0, 0, 8892, 25689.25, 1.5, fix)
    numbers = [round(value * scale) for value, scale in zip(real, scales, strict=True)]
    stream = klv("TYPE", "c", b"lllllllSS") + klv("SCAL", "l", struct.pack(">9i", *scales), 4)
    return klv("DEVC", "\0", klv("STRM", "\0", stream + klv("GPS9", "?", struct.pack(">7i2H", *numbers), 32)))


def atom(kind: bytes, *parts: bytes) -> bytes:
    """An atom of QuickTime."""
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def quicktime(tracks: Mapping[bytes, Sequence[bytes]], *moov: bytes, top: bytes = b"") -> bytes:
    """A file with tracks of samples by format, each sample a chunk; moov: more atoms of the movie."""
    head = atom(b"ftyp", b"qt  \0\0\0\0qt  ")
    samples = [sample for track in tracks.values() for sample in track]
    at = len(head) + 8
    traks = []
    for kind, track in tracks.items():
        offsets = []
        for sample in track:
            offsets.append(at)
            at += len(sample)
        stsd = atom(b"stsd", struct.pack(">II", 0, 1), atom(kind, bytes(8)))
        stsz = atom(b"stsz", struct.pack(f">3I{len(track)}I", 0, 0, len(track), *map(len, track)))
        stsc = atom(b"stsc", struct.pack(">5I", 0, 1, 1, 1, 1))
        stco = atom(b"stco", struct.pack(f">2I{len(track)}I", 0, len(track), *offsets))
        stbl = atom(b"stbl", stsd, stsz, stsc, stco)
        traks.append(atom(b"trak", atom(b"mdia", atom(b"minf", stbl))))
    return head + atom(b"mdat", *samples) + atom(b"moov", *traks, *moov) + top
