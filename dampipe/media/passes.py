"""How often a file is decoded: sparsely for the preview and wholly for the proxy, or once for both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.failures import Silent
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Ended
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.media.preview.maker import MadePreview, PreviewMaker
from dampipe.media.preview.preview_pass import PreviewPass
from dampipe.media.preview.sampling import samplings
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker


class Passes:
    """Previews, with the proxy made along where that is wanted."""

    def __init__(self, preview: PreviewMaker, proxy: ProxyMaker | None = None) -> None:
        """proxy: works along with the preview; None: two passes."""
        self.preview = preview
        self.proxy = proxy

    def make(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None = None,
    ) -> tuple[MadePreview, MadeProxy | None]:
        """The preview and, if it could be made in the same run of ffmpeg, the proxy, in the empty `folder`.

        What fails together is tried as a preview alone: a file without a proxy can still be found, and
        the proxy stage says why there is none. Stills and sound alone are so cheap that they always go
        the way of two passes. Raises as `PreviewMaker.make` does.
        """
        if self.proxy is not None and media.kind is MediaKind.VIDEO and media.video is not None:
            made = self._at_once(self.proxy, source, media, folder, progress)
            if made is not None:
                return made
            for left in folder.iterdir():
                left.unlink()
        return self.preview.make(source, media, folder, progress), None

    def _at_once(
        self,
        maker: ProxyMaker,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None,
    ) -> tuple[MadePreview, MadeProxy] | None:
        along = _Along(self.preview.begun(source, media, folder, progress))
        try:
            proxy = maker.make(source, media, folder, progress, along)
            preview = self.preview.finished(along.one) if along.fine else None
        except (BadMedia, Silent):
            return None
        return None if preview is None else (preview, proxy)


class _Along:
    """The preview's part in the run that makes the proxy."""

    def __init__(self, one: PreviewPass) -> None:
        self.one = one
        self._sampling = samplings(one.media, one.interval)[-1]
        self.fine = False

    def outputs(self, plan: Plan) -> list[Any]:
        return self.one.outputs_along(self._sampling, plan)

    def ended(self, ended: Ended) -> None:
        self.fine = self.one.ended_along(ended) is None
