"""probe: technical metadata of a file, without decoding all of it."""

from dampipe.jobs.stage import stage
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.info import MediaInfo
from dampipe.media.probe.prober import Prober


@stage(queue="io", version=1, revision=3, time_limit=300)
def probe(file: SourceFile, prober: Prober) -> MediaInfo:
    """Read the file's technical metadata."""
    return prober.probe(file.path)
