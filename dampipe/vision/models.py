"""Which model a setting names: its weights, how it wants its frames, what identifies it. Knows no torch."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha1
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.vision import hub, tiny
from dampipe.vision.base import FrameSpec
from dampipe.vision.model_catalog import known_models, needs_of, spec_of
from dampipe.vision.weights import check_weights

DEFAULT_MODEL = "ViT-B-32-256/datacomp_s34b_b86k"
"""MIT, so anyone may use it; the best zero-shot quality for its cost on a CPU (72.8 % ImageNet at 15-50
pictures a second on two cores). On a GPU "PE-Core-B-16/meta" (Apache-2.0) finds more, at four times
the work."""

SUGGESTED = {
    DEFAULT_MODEL: "the default: most quality for its cost on a CPU, free for any use",
    "PE-Core-B-16/meta": "finds more, at four times the work: for a GPU",
    "PE-Core-L-14-336/meta": "finds most, at some thirty times the work: for a large GPU",
    "ViT-B-16-SigLIP2/webli": "searches in many languages",
}
"""Models worth a thought, and why. MobileCLIP and DFN are for research only, so none of them is here."""

TINY = "tiny"
"""The packaged model: it knows coloured shapes only, for demonstrations and tests."""

_FOLDER, _HUB = "local-dir:", "hf-hub:"
_MIB = 1 << 20

_LICENCES = (
    # By a part of the lower-case name, most specific first; as their publishers state them.
    ("mobileclip", "Apple, research only"),
    ("dfn", "Apple, research only"),
    ("metaclip", "CC-BY-NC-4.0"),
    ("pe-core", "Apache-2.0"),
    ("nllb", ""),
    ("siglip", "Apache-2.0"),
    ("/datacomp_", "MIT"),
    ("/laion", "MIT"),
    ("/openai", "MIT"),
)


@dataclass(frozen=True)
class ModelRef:
    """One model, resolved."""

    name: str
    """As the setting says it."""
    fingerprint: str
    """The same text on every machine that uses the same weights."""
    spec: FrameSpec
    licence: str
    """Of the weights; empty where it is not known."""
    architecture: str
    """What open_clip is asked for: its name of the architecture, or "local-dir:" and a folder."""
    tag: str = ""
    """open_clip's name of the pretrained weights, where the architecture is one of its own."""
    folder: Path | None = None
    """Where the weights lie, for a model from a folder."""
    repository: str = ""
    """Where the weights are on the hub, for the others."""
    needs: str = ""
    """A package that the model needs and dampipe does not bring."""

    def weights_available(self) -> bool:
        """Whether the weights are on this machine now. Asks no network."""
        if self.folder:
            return weights_in(self.folder) is not None
        return hub.cached(self.repository) is not None

    def check(self) -> None:
        """Raise `Unavailable` if a package is missing, the weights are damaged, or there is no way to fetch them."""
        if self.needs and find_spec(self.needs) is None:
            raise Unavailable(
                f"the model {self.name} needs the package {self.needs}", hint=f"pip install {self.needs}"
            )
        if not self.folder:
            hub.check(self.repository)
        elif weights_in(self.folder) is None:
            raise _no_weights(self.folder)
        check_weights(weights_in(self.folder) if self.folder else hub.cached(self.repository))

    def fetch(self) -> Path:
        """The file of the weights, downloaded if need be. Raises `Unavailable`."""
        if not self.folder:
            return hub.fetch(self.repository)
        weights = weights_in(self.folder)
        if weights is None:
            raise _no_weights(self.folder)
        return weights


def resolve(model: str) -> ModelRef:
    """The model that the setting names.

    "tiny" · "name/tag" of open_clip · "local-dir:/folder" or just the folder · "hf-hub:owner/name".
    Raises `InvalidInput` for a name nobody knows, with close matches, and for a folder that is none;
    `Unavailable` for a hub repository whose configuration is neither cached nor reachable.
    """
    if model == TINY:
        return _from_folder(model, tiny.FOLDER, "MIT")
    if model.startswith(_FOLDER):
        return _from_folder(model, Path(model.removeprefix(_FOLDER)).expanduser())
    if model.startswith(_HUB):
        return _from_hub(model, model.removeprefix(_HUB))
    known = known_models().get(model)
    if known:
        name, tag = model.split("/")
        return ModelRef(
            model, model, known.spec, licence_of(model), name, tag, repository=known.hub, needs=known.needs
        )
    folder = Path(model).expanduser()
    if folder.is_absolute() or model.startswith(".") or folder.is_dir():
        return _from_folder(model, folder)
    raise InvalidInput(f"there is no model {model!r}", hint=_suggest(model))


def licence_of(model: str) -> str:
    """The licence of the weights, or an empty text where it is not known.

    >>> licence_of("PE-Core-B-16/meta"), licence_of("RN50/cc12m")
    ('Apache-2.0', '')
    """
    return next((licence for part, licence in _LICENCES if part in model.lower()), "")


def weights_in(folder: Path) -> Path | None:
    """The weights of a folder, or None."""
    return next((folder / name for name in hub.WEIGHTS if (folder / name).is_file()), None)


def _from_folder(model: str, folder: Path, licence: str = "") -> ModelRef:
    config = folder / hub.CONFIG
    if not config.is_file():
        raise InvalidInput(f"{folder} holds no model: {hub.CONFIG} is missing", hint=_suggest(model))
    spec, needs = _told_by(config)
    weights = weights_in(folder)
    # Without weights nothing can be made that would carry this name.
    content = _content(config, weights) if weights else "without-weights"
    absolute = folder.absolute()
    return ModelRef(
        model, f"local-{content}", spec, licence, f"{_FOLDER}{absolute}", folder=absolute, needs=needs
    )


def _from_hub(model: str, repository: str) -> ModelRef:
    config = hub.fetch(repository, (hub.CONFIG,))
    digest = sha1(config.read_bytes()).hexdigest()[:8]
    spec, needs = _told_by(config)
    return ModelRef(
        model, f"{model}@{digest}", spec, licence_of(model), model, repository=repository, needs=needs
    )


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


def _told_by(config: Path) -> tuple[FrameSpec, str]:
    try:
        told: dict[str, Any] = json.loads(config.read_text())
        spec = spec_of(told["model_cfg"]["vision_cfg"]["image_size"], told.get("preprocess_cfg", {}))
        needs = needs_of(told["model_cfg"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{config} is no configuration of open_clip: {error!r}") from error
    if spec is None:
        raise InvalidInput(f"{config} asks for frames that are padded or not square; that is not supported")
    return spec, needs


def _no_weights(folder: Path) -> Unavailable:
    return Unavailable(
        f"the weights of the model are not in {folder}", hint=f"put one of {', '.join(hub.WEIGHTS)} there"
    )


def _suggest(model: str) -> str:
    lower = {name.lower(): name for name in (TINY, *known_models())}
    near = [lower[name] for name in get_close_matches(model.lower(), lower, n=4, cutoff=0.5)]
    tags = [name for name in known_models() if name.lower().startswith(model.lower() + "/")][:4]
    choice = ", ".join(dict.fromkeys(tags + near)) or f"{TINY}, {DEFAULT_MODEL}"
    return f'did you mean: {choice}? Also "local-dir:/folder" or "hf-hub:owner/name"'
