"""probe: what a file holds, without decoding it."""

from dampipe.jobs.stage import stage
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.info import MediaInfo
from dampipe.media.probe.prober import Prober


@stage(queue="io", version=1, time_limit=300)
def probe(file: SourceFile, prober: Prober) -> MediaInfo:
    """The file's technical metadata."""
    return prober.probe(file.path)
