"""How often a file is decoded: sparsely for the preview and fully for the proxy, or once for both."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dampipe.kernel.errors import BadMedia
from dampipe.kernel.stage_io import FileParts
from dampipe.media.ffmpeg.failures import Stalled
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.media.length import corrected
from dampipe.media.preview.maker import MadePreview, PreviewMaker
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker


class Passes:
    """Makes previews, and the proxy in the same pass if configured."""

    def __init__(self, preview: PreviewMaker, proxy: ProxyMaker | None = None) -> None:
        """proxy: makes the proxy in the pass of the preview; None: the proxy gets its own pass."""
        self.preview = preview
        self.proxy = proxy

    def make(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> tuple[MadePreview, MadeProxy | None]:
        """Make the preview and, if one run of ffmpeg could make both, the proxy, in the empty `folder`.

        If the proxy shows that the header's duration is wrong, the preview is made again, sparsely.
        If the common run fails, the preview is made alone: a file without a proxy can still be found, and
        the proxy stage reports the error. Stills and sound are cheap and always use two passes.
        Raises like `PreviewMaker.make`.
        """
        if self.proxy is not None and media.kind is MediaKind.VIDEO and media.video is not None:
            made = self._make_both(self.proxy, source, media, folder, on_progress)
            if made is not None:
                return made
            _clear(folder)
        return self.preview.make(source, media, folder, on_progress), None

    def make_of_parts(
        self,
        parts: FileParts,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> MadePreview | None:
        """The preview of a remote file of which only parts are fetched; None where it has to be read whole.

        `folder` is empty then. Raises as `FileParts`.
        """
        if self.proxy is not None:  # it decodes everything
            return None
        made = self.preview.make_of_parts(parts, media, folder, on_progress)
        if made is None:
            _clear(folder)
        return made

    def _make_both(
        self,
        proxy_maker: ProxyMaker,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
    ) -> tuple[MadePreview, MadeProxy] | None:
        preview = self.preview.start(source, media, folder)
        try:
            proxy = proxy_maker.make(source, media, folder, on_progress, preview)
            if preview.error is not None:
                return None
            found = proxy.found
            if found is None or not found.differs:
                return replace(preview.result(), duration=found), proxy
            # The frames were taken, and the strip laid out, for another duration.
            made = self.preview.make(source, corrected(media, found), folder, on_progress)
            return replace(made, duration=found), proxy
        except (BadMedia, Stalled):
            return None


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
