"""hash: what a file is, whatever it is called and wherever it lies."""

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import ContentHash, SourceFile
from dampipe.media.hashing import sha1_file


@stage(queue="io", version=1, time_limit=24 * 3600)
def hash(file: SourceFile, report: Reporter) -> ContentHash:
    """The SHA-1 of the file's bytes."""
    return sha1_file(file, lambda done, speed: report(done, file.size, "bytes", speed))
