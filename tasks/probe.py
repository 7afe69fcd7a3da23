"""probe: what a file holds, without decoding it."""

from dampipe.domain.assets import SourceFile
from dampipe.domain.media import MediaInfo
from dampipe.media.probing import Prober
from dampipe.pipeline.stage import stage


@stage(queue="io", version=1, time_limit=300)
def probe(file: SourceFile, prober: Prober) -> MediaInfo:
    """The file's technical metadata."""
    return prober.probe(file.path)
