"""A model of open_clip, resolved: by its name, from a folder, or from a repository on the hub."""

import json
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.packages import has_torch, installed
from dampipe.vision import hub
from dampipe.vision.base import FrameSpec
from dampipe.vision.errors import CONFIGURATION_INVALID, FRAMES_UNSUPPORTED, PACKAGE_MISSING, WEIGHTS_MISSING
from dampipe.vision.model_catalog import needs_of, spec_of
from dampipe.vision.model_ref import ModelRef
from dampipe.vision.weights import check_weights

FOLDER = "local-dir:"
"""The prefix by which open_clip takes a name as a folder."""
TORCH = "dampipe[torch]"
"""What pip installs for all these models."""
_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ClipRef(ModelRef):
    """Weights that open_clip loads into a network of torch."""

    architecture: str
    """What open_clip is asked for: its name of the architecture, or "local-dir:" and a folder."""
    tag: str = ""
    """open_clip's name of the pretrained weights, where the architecture is one of its own."""

    def missing_packages(self) -> str:
        if not has_torch():
            return TORCH
        return self.needs if self.needs and not installed(self.needs) else ""

    def weights_available(self) -> bool:
        if self.folder:
            return weights_in(self.folder) is not None
        return hub.cached(self.repository) is not None

    def check(self) -> None:
        missing = self.missing_packages()
        if missing:
            raise Unavailable(PACKAGE_MISSING, model=self.name, package=missing)
        if not self.folder:
            hub.check(self.repository)
        elif weights_in(self.folder) is None:
            raise _no_weights(self.folder)
        check_weights(weights_in(self.folder) if self.folder else hub.cached(self.repository))

    def fetch(self) -> Path:
        """The file of the weights."""
        if not self.folder:
            return hub.fetch(self.repository)
        weights = weights_in(self.folder)
        if weights is None:
            raise _no_weights(self.folder)
        return weights


def weights_in(folder: Path) -> Path | None:
    """The weights of a folder, or None."""
    return next((folder / name for name in hub.WEIGHTS if (folder / name).is_file()), None)


def from_folder(model: str, folder: Path, licence: str = "") -> ClipRef | None:
    """The model of a folder in open_clip's layout; None where it holds none. Raises InvalidInput."""
    config = folder / hub.CONFIG
    if not config.is_file():
        return None
    spec, needs = read_config(config)
    weights = weights_in(folder)
    # Without weights nothing can be made that would carry this name.
    content = _content(config, weights) if weights else "without-weights"
    absolute = folder.absolute()
    return ClipRef(
        name=model,
        fingerprint=f"local-{content}",
        spec=spec,
        licence=licence,
        folder=absolute,
        needs=needs,
        architecture=f"{FOLDER}{absolute}",
    )


def from_hub(model: str, repository: str, config: Path, licence: str) -> ClipRef:
    """The model of a repository whose configuration is that file. Raises InvalidInput."""
    digest = sha1(config.read_bytes()).hexdigest()[:8]
    spec, needs = read_config(config)
    return ClipRef(
        name=model,
        fingerprint=f"{model}@{digest}",
        spec=spec,
        licence=licence,
        repository=repository,
        needs=needs,
        architecture=model.partition("@")[0],  # open_clip knows no revision
    )


def read_config(config: Path) -> tuple[FrameSpec, str]:
    """(how frames are prepared, a package that the model needs) as open_clip_config.json says. Raises InvalidInput."""
    try:
        content: dict[str, Any] = json.loads(config.read_text())
        model = content["model_cfg"]
        spec = spec_of(model["vision_cfg"]["image_size"], content.get("preprocess_cfg", {}))
        needs = needs_of(model)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            CONFIGURATION_INVALID, path=config, kind="configuration of open_clip", reason=repr(error)
        ) from error
    if spec is None:
        raise InvalidInput(FRAMES_UNSUPPORTED, path=config)
    return spec, needs


def _content(config: Path, weights: Path) -> str:
    """What tells these weights from others, without reading gigabytes: their size and both their ends."""
    digest = sha1(config.read_bytes())
    size = weights.stat().st_size
    digest.update(str(size).encode())
    with weights.open("rb") as file:
        digest.update(file.read(_MIB))
        file.seek(max(0, size - _MIB))
        digest.update(file.read(_MIB))
    return digest.hexdigest()[:16]


def _no_weights(folder: Path) -> Unavailable:
    return Unavailable(WEIGHTS_MISSING, folder=folder, files=" or ".join(hub.WEIGHTS))
