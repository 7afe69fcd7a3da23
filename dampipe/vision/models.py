"""Which model a setting names, and by which runtime it is used here. Knows no torch."""

from difflib import get_close_matches
from hashlib import sha1
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.packages import has_torch
from dampipe.kernel.settings.default_model import ONNX_MODEL, TORCH_MODEL, default_model
from dampipe.vision import clip_ref, hub, tiny
from dampipe.vision.clip_ref import FOLDER, TORCH, ClipRef
from dampipe.vision.errors import (
    FOLDER_WITHOUT_MODEL,
    MODEL_NOT_FOUND,
    NO_OPEN_CLIP_WEIGHTS,
    NOT_PUBLISHED_AS_ONNX,
)
from dampipe.vision.model_catalog import ONNX_EXPORTS, known_models
from dampipe.vision.model_ref import ModelRef
from dampipe.vision.onnx.layout import LAYOUTS, OPEN_CLIP, find_layout, read_preprocessing
from dampipe.vision.onnx.ref import OnnxRef, content_of

SUGGESTED = {
    TORCH_MODEL: "the default with torch: most quality for its cost on a CPU, free for any use",
    ONNX_MODEL: "the default without torch: published as ONNX, free for any use",
    "PE-Core-B-16/meta": "finds more, at four times the work: for a GPU",
    "PE-Core-L-14-336/meta": "finds most, at some thirty times the work: for a large GPU",
    "ViT-B-16-SigLIP2/webli": "searches in many languages",
}
"""Models worth a thought, and why. MobileCLIP and DFN are for research only, so none of them is here."""

TINY = "tiny"
"""The packaged model: it knows coloured shapes only, for demonstrations and tests."""

_HUB = "hf-hub:"

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


def resolve(model: str) -> ModelRef:
    """The model that the setting names, for the runtime that this machine has.

    "tiny" · "name/tag" of open_clip · "local-dir:/folder" or just the folder · "hf-hub:owner/name", with or without
    "@revision" (a commit, tag or branch). Without one, the commit of the first use is used from then on. A model of
    open_clip runs by torch where that is installed, and by ONNX Runtime where it is published as ONNX, too.

    Raises `InvalidInput` for an unknown name, with close matches, and for a folder without a model; `Unavailable` for
    a hub repository whose configuration is neither cached nor reachable.
    """
    clip, onnx = _runtimes(model)
    if clip is not None and (onnx is None or has_torch()):
        return clip
    assert onnx is not None
    return onnx


def resolve_clip(model: str) -> ClipRef:
    """The same for torch. Raises `InvalidInput` for a model that is published as ONNX only."""
    clip, _ = _runtimes(model)
    if clip is None:
        raise InvalidInput(NO_OPEN_CLIP_WEIGHTS, model=model)
    return clip


def resolve_onnx(model: str) -> OnnxRef:
    """The same for ONNX Runtime. Raises `InvalidInput` for a model that is not published as ONNX."""
    _, onnx = _runtimes(model)
    if onnx is None:
        raise InvalidInput(NOT_PUBLISHED_AS_ONNX, model=model, package=TORCH)
    return onnx


def _runtimes(model: str) -> tuple[ClipRef | None, OnnxRef | None]:
    """The model for torch and for ONNX Runtime; at least one is not None, and both have the same fingerprint."""
    if model == TINY:
        return _from_folder(model, tiny.FOLDER, "MIT")
    if model.startswith(FOLDER):
        return _from_folder(model, Path(model.removeprefix(FOLDER)).expanduser())
    if model.startswith(_HUB):
        return _from_hub(model, model.removeprefix(_HUB))
    if model in known_models():
        return _by_name(model)
    folder = Path(model).expanduser()
    if folder.is_absolute() or model.startswith(".") or folder.is_dir():
        return _from_folder(model, folder)
    raise InvalidInput(MODEL_NOT_FOUND, model=model, suggestion=_suggest(model))


def _by_name(model: str) -> tuple[ClipRef, OnnxRef | None]:
    known = known_models()[model]
    name, tag = model.split("/")
    facts: dict[str, Any] = {"name": model, "fingerprint": model, "spec": known.spec}
    facts["licence"] = licence_of(model)
    clip = ClipRef(**facts, repository=known.hub, needs=known.needs, architecture=name, tag=tag)
    published = ONNX_EXPORTS.get(model)
    onnx = OnnxRef(**facts, repository=published, layout=OPEN_CLIP) if published else None
    return clip, onnx


def _from_folder(model: str, folder: Path, licence: str = "") -> tuple[ClipRef | None, OnnxRef | None]:
    clip = clip_ref.from_folder(model, folder, licence)
    layout = find_layout(folder)
    complete = layout is not None and not layout.missing(folder)
    if layout is None or (clip is not None and not complete):
        if clip is None:
            raise InvalidInput(
                FOLDER_WITHOUT_MODEL, folder=folder, file=hub.CONFIG, suggestion=_suggest(model)
            )
        return clip, None
    content = content_of(layout, folder) if complete and clip is None else "without-weights"
    onnx = OnnxRef(
        name=model,
        fingerprint=clip.fingerprint if clip else f"local-{content}",
        spec=clip.spec if clip else read_preprocessing(layout, folder / layout.preprocessing).spec,
        licence=licence,
        folder=folder.absolute(),
        layout=layout,
    )
    return clip, onnx


def _from_hub(model: str, repository: str) -> tuple[ClipRef | None, OnnxRef | None]:
    found = hub.fetch(repository, (hub.CONFIG, *(layout.preprocessing for layout in LAYOUTS)))
    licence = licence_of(model)
    clip = clip_ref.from_hub(model, repository, found, licence) if found.name == hub.CONFIG else None
    if clip is not None and has_torch():
        return clip, None
    if clip is not None:
        try:
            found = hub.fetch(repository, tuple(layout.preprocessing for layout in LAYOUTS))
        except Unavailable:
            return clip, None
    layout = next(one for one in LAYOUTS if found.as_posix().endswith("/" + one.preprocessing))
    digest = sha1(found.read_bytes()).hexdigest()[:8]
    spec = read_preprocessing(layout, found).spec
    facts: dict[str, Any] = {"name": model, "fingerprint": f"{model}@{digest}", "spec": spec}
    same = next((name for name, published in ONNX_EXPORTS.items() if published == repository), "")
    if same:
        facts["fingerprint"], licence = same, licence_of(same)
    if clip is not None:
        facts |= {"fingerprint": clip.fingerprint, "spec": clip.spec}
    return clip, OnnxRef(**facts, licence=licence, repository=repository, layout=layout)


def licence_of(model: str) -> str:
    """The licence of the weights, or an empty text where it is not known.

    >>> licence_of("PE-Core-B-16/meta"), licence_of("RN50/cc12m")
    ('Apache-2.0', '')
    """
    return next((licence for part, licence in _LICENCES if part in model.lower()), "")


def _suggest(model: str) -> str:
    lower = {name.lower(): name for name in (TINY, *known_models())}
    near = [lower[name] for name in get_close_matches(model.lower(), lower, n=4, cutoff=0.5)]
    tags = [name for name in known_models() if name.lower().startswith(model.lower() + "/")][:4]
    choice = ", ".join(dict.fromkeys(tags + near)) or f"{TINY}, {default_model()}"
    return f'Did you mean: {choice}? Also "local-dir:/folder" or "hf-hub:owner/name@revision"'
