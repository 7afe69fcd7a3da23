"""Which bytes of a file the preview decodes: those that a preview of a remote file fetches."""

from dampipe.kernel.stage_io import FileParts, Span
from dampipe.media.ffmpeg.allowlist import formats_of_container
from dampipe.media.ffmpeg.sandbox import Sandbox
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.media.packet_index.reader import Packet, read_index
from dampipe.media.preview.graph import PreviewGraph
from dampipe.media.preview.sampling import Sampling

MIN_SIZE = 32 << 20
"""Bytes of a file; a smaller one is read whole."""
MAX_SHARE = 0.5
"""Of a file; where more than that is decoded, it is read whole."""
_CONTAINERS = ("mov,mp4",)
"""Those whose index states where every packet is, and whose demuxers read nothing in between."""
_CODECS = frozenset(
    {"cfhd", "dnxhd", "h264", "hap", "hevc", "jpeg2000", "mjpeg", "mpeg2video", "png", "prores"}
)
"""Codecs whose decoders make no picture of zeros.

If the decoder got another packet than the index says, frames would be missing, which is noticed; of a codec that makes
a picture of all bytes, uncompressed video for example, it would be a wrong picture.
"""


def has_parts(media: MediaInfo, size: int, sandbox: Sandbox) -> bool:
    """Whether a preview of such a file may be made of parts of it."""
    return (
        sandbox.active
        and size >= MIN_SIZE
        and media.kind is MediaKind.VIDEO
        and media.video is not None
        and media.video.codec in _CODECS
        and media.container.startswith(_CONTAINERS)
    )


def decoded_parts(
    sandbox: Sandbox, parts: FileParts, graph: PreviewGraph, sampling: Sampling
) -> list[Span] | None:
    """The spans of the packets that a sparse sampling decodes; what their index took is in `parts`.

    None where the container has no index, or they are more than a part of the file. Raises as `FileParts`.
    """
    formats = formats_of_container(graph.media.container)
    packets = read_index(sandbox, parts, graph.video.index, formats)
    if packets is None:
        return None
    decoded = _decoded(packets, graph, sampling)
    if sum(packet.size for packet in decoded) > MAX_SHARE * parts.size:
        return None
    return [(packet.start, packet.end) for packet in decoded]


def _decoded(packets: list[Packet], graph: PreviewGraph, sampling: Sampling) -> list[Packet]:
    """At least the packets that the decoder gets, as `PreviewGraph` has them dropped."""
    if sampling.way == "packets":
        return packets[:: sampling.every]
    keys = [packet for packet in packets if packet.is_key]
    if graph.detects_cuts or len(keys) < len(packets):
        # Which ones are left out depends on sizes, or on times of presentation, which an index does not have.
        return keys
    due: list[Packet] = []
    for packet in keys:
        if not due or packet.time - due[-1].time >= round(sampling.step, 4):
            due.append(packet)
    return due
