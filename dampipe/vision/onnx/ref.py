"""A model that is published as ONNX, resolved: from a folder, or from a repository on the hub."""

from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from dampipe.kernel.errors import Unavailable
from dampipe.vision import hub
from dampipe.vision.errors import NOT_ON_HUB, WEIGHTS_MISSING
from dampipe.vision.model_ref import ModelRef
from dampipe.vision.onnx.intact import check_graph
from dampipe.vision.onnx.layout import IGNORED, Layout

_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class OnnxRef(ModelRef):
    """A visual and a textual graph with their configurations."""

    layout: Layout

    def missing_packages(self) -> str:
        return ""  # the base install brings ONNX Runtime

    def weights_available(self) -> bool:
        return self._here() is not None

    def check(self) -> None:
        here = self._here()
        if here is not None:
            for name in (self.layout.visual, self.layout.textual):
                check_graph(here / name)
        elif self.folder:
            raise self._incomplete(self.folder)
        else:
            hub.check(self.repository, (self.layout.visual,))

    def fetch(self) -> Path:
        """The folder that holds the files."""
        here = self._here()
        if here is not None:
            if not self.folder:
                hub.verify_folder(self.repository, here)
            return here
        if self.folder:
            raise self._incomplete(self.folder)
        fetched = hub.fetch_folder(self.repository, self.layout.patterns, IGNORED)
        if self.layout.missing(fetched):
            raise self._incomplete(fetched)
        return fetched

    def _here(self) -> Path | None:
        """The folder, if all required files are in it."""
        folder = self.folder
        if folder is None:
            found = hub.cached(self.repository, (self.layout.preprocessing,))
            folder = found and self.layout.root(found)
        return folder if folder and not self.layout.missing(folder) else None

    def _incomplete(self, folder: Path) -> Unavailable:
        missing = ", ".join(self.layout.missing(folder))
        if self.folder:
            return Unavailable(WEIGHTS_MISSING, folder=folder, files=missing)
        return Unavailable(NOT_ON_HUB, files=missing, repository=self.repository)


def content_of(layout: Layout, folder: Path) -> str:
    """What tells these files from others without reading gigabytes: configurations, sizes and ends of the graphs."""
    digest = sha1()
    for name in (layout.preprocessing, layout.config, layout.tokenizer):
        path = folder / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    for name in (layout.visual, layout.textual):
        with (folder / name).open("rb") as file:
            size = file.seek(0, 2)
            digest.update(str(size).encode())
            file.seek(0)
            digest.update(file.read(_MIB))
            file.seek(max(0, size - _MIB))
            digest.update(file.read(_MIB))
    return digest.hexdigest()[:16]
