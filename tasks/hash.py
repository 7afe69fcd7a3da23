"""hash: identifies a file by its content, independent of its name and place."""

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import ContentHash, SourceFile
from dampipe.media.hashing import sha1_file


@stage(queue="io", version=1, time_limit=24 * 3600)
def hash(file: SourceFile, on_progress: Reporter) -> ContentHash:
    """Compute the SHA-1 of the file's bytes; of a remote file it was computed while it was fetched."""
    if file.sha1 and file.size:
        return ContentHash(sha1=file.sha1, size=file.size)
    return sha1_file(file, lambda done, speed: on_progress(done, file.size, "bytes", speed))
