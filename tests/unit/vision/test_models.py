"""What a setting of the model resolves to, without torch and without a network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.settings.default_model import ONNX_MODEL, TORCH_MODEL, default_model
from dampipe.vision import tiny
from dampipe.vision.base import FrameSpec
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.clip_ref import ClipRef
from dampipe.vision.model_catalog import ONNX_EXPORTS
from dampipe.vision.models import TINY, licence_of, resolve, resolve_clip, resolve_onnx
from dampipe.vision.onnx.embedder import OnnxEmbedder
from dampipe.vision.onnx.layout import OPEN_CLIP, TRANSFORMERS
from dampipe.vision.onnx.ref import OnnxRef
from dampipe.vision.open_model import describe_device, open_model
from tests.support.onnx_models import Weights, write_model

WEIGHTS = "open_clip_model.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny model."""
    return Path(shutil.copytree(tiny.FOLDER, tmp_path / "model"))


def test_tiny_is_packaged() -> None:
    ref = resolve(TINY)
    assert ref.weights_available()
    assert ref.spec == FrameSpec(64, "crop", "bicubic")
    assert ref.fetch().stat().st_size < 5_000_000
    ref.check()


def test_the_default_is_free_to_use_and_known() -> None:
    ref = resolve(TORCH_MODEL)
    assert ref.licence == "MIT"
    assert ref.fingerprint == TORCH_MODEL
    assert ref.spec == FrameSpec(256, "crop", "bicubic")
    assert (ref.architecture, ref.tag) == ("ViT-B-32-256", "datacomp_s34b_b86k")
    assert not ref.needs


@pytest.mark.parametrize(
    ("model", "spec"),
    [
        ("PE-Core-B-16/meta", FrameSpec(224, "squash", "bilinear")),
        ("ViT-B-16-SigLIP2-256/webli", FrameSpec(256, "squash", "bicubic")),
        ("MobileCLIP2-S0/dfndr2b", FrameSpec(256, "crop", "bilinear")),
        ("ViT-H-14-378-quickgelu/dfn5b", FrameSpec(378, "squash", "bicubic")),
        ("ViT-L-14/openai", FrameSpec(224, "crop", "bicubic")),
    ],
)
def test_frames_as_each_family_wants_them(model: str, spec: FrameSpec) -> None:
    assert resolve(model).spec == spec


@pytest.mark.parametrize(
    ("model", "licence"),
    [
        ("PE-Core-L-14-336/meta", "Apache-2.0"),
        ("MobileCLIP2-S0/dfndr2b", "Apple, research only"),
        ("ViT-B-16-quickgelu/metaclip_400m", "CC-BY-NC-4.0"),
        ("ViT-B-32/laion2b_s34b_b79k", "MIT"),
        ("nllb-clip-base-siglip/v1", ""),
        ("ViT-L-14-CLIPA/datacomp1b", ""),
    ],
)
def test_licences_are_told_only_where_known(model: str, licence: str) -> None:
    assert licence_of(model) == licence


def test_the_same_folder_elsewhere_is_the_same_model(folder: Path) -> None:
    assert resolve(f"local-dir:{folder}").fingerprint == resolve(TINY).fingerprint
    assert resolve(str(folder)).fingerprint == resolve(TINY).fingerprint


def test_another_end_of_the_weights_is_another_model(folder: Path) -> None:
    before = resolve(str(folder)).fingerprint
    weights = folder / WEIGHTS
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert resolve(str(folder)).fingerprint != before


def test_another_configuration_is_another_model(folder: Path) -> None:
    before = resolve(str(folder)).fingerprint
    config = folder / "open_clip_config.json"
    told = json.loads(config.read_text())
    told["preprocess_cfg"]["resize_mode"] = "squash"
    config.write_text(json.dumps(told))
    ref = resolve(str(folder))
    assert ref.fingerprint != before
    assert ref.spec.fit == "squash"


def test_a_folder_without_weights_resolves_but_is_unavailable(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    ref = resolve(str(folder))
    assert not ref.weights_available()
    for attempt in (ref.check, ref.fetch):
        with pytest.raises(Unavailable, match="not in") as caught:
            attempt()
        assert WEIGHTS in caught.value.hint


@pytest.mark.parametrize("config", ["{", "[]", "{}", '{"model_cfg": {"vision_cfg": 3}}'])
def test_a_broken_configuration_is_refused(folder: Path, config: str) -> None:
    (folder / "open_clip_config.json").write_text(config)
    with pytest.raises(InvalidInput, match="not a valid configuration of open_clip"):
        resolve(str(folder))


@pytest.mark.parametrize("change", [{"resize_mode": "longest"}, {"interpolation": "nearest"}])
def test_frames_that_cannot_be_prepared_are_refused(folder: Path, change: dict[str, str]) -> None:
    config = folder / "open_clip_config.json"
    told = json.loads(config.read_text())
    told["preprocess_cfg"].update(change)
    config.write_text(json.dumps(told))
    with pytest.raises(InvalidInput, match="not supported"):
        resolve(str(folder))


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("tinny", "tiny"),
        ("ViT-B-32-256", TORCH_MODEL),
        ("vit-b-32-256/datacomp", TORCH_MODEL),
        ("PE-core-b16", "PE-Core-B-16/meta"),
        ("xyzzy", TORCH_MODEL),
    ],
)
def test_a_wrong_name_is_answered_with_what_was_meant(wrong: str, meant: str) -> None:
    with pytest.raises(InvalidInput, match="there is no model") as caught:
        resolve(wrong)
    assert meant in caught.value.hint


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"open_clip_config\.json is missing"):
        resolve(str(tmp_path))


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where the base install is all there is."""
    for name in ("torch", "torchvision", "open_clip"):
        monkeypatch.setitem(sys.modules, name, None)


def test_torch_runs_what_it_can_and_onnx_runtime_the_rest(tmp_path: Path) -> None:
    published = write_model(tmp_path, TRANSFORMERS, Weights.random())
    assert isinstance(resolve(TINY), ClipRef)
    assert isinstance(resolve(ONNX_MODEL), ClipRef)
    assert isinstance(resolve(str(published)), OnnxRef)
    for embedder, model in ((ClipEmbedder, TINY), (OnnxEmbedder, str(published))):
        assert type(open_model(model)) is embedder


def test_without_torch_onnx_runtime_runs_what_is_published(no_torch: None, tmp_path: Path) -> None:
    published = write_model(tmp_path, OPEN_CLIP, Weights.random())
    for model in (TINY, str(published), f"local-dir:{published}", ONNX_MODEL):
        assert isinstance(resolve(model), OnnxRef), model
        assert not resolve(model).missing_packages()
        assert type(open_model(model)) is OnnxEmbedder
    resolve(TINY).check()
    assert len(open_model(TINY, "cpu").words(["red"])) == 1
    for model in (TINY, TORCH_MODEL):
        assert describe_device(model, "cpu").startswith("none: ")


def test_without_torch_a_model_of_open_clip_says_what_to_install(no_torch: None, folder: Path) -> None:
    for name in ("visual", "textual"):
        shutil.rmtree(folder / name)
    for model in (TORCH_MODEL, str(folder), "PE-Core-B-16/meta"):
        assert resolve(model).missing_packages() == "dampipe[torch]"
        embedder = open_model(model)
        for attempt in (embedder.check, lambda embedder=embedder: embedder.words(["red"])):
            with pytest.raises(
                Unavailable, match=r"needs dampipe\[torch\], which is not installed"
            ) as caught:
                attempt()
            assert caught.value.code == "model.package_missing"


def test_a_package_of_one_model_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    ref = resolve_clip("ViT-B-16-SigLIP2/webli")
    assert ref.missing_packages() == "transformers"
    with pytest.raises(Unavailable, match="needs transformers") as caught:
        ref.check()
    assert caught.value.parameters["package"] == "transformers"


def test_the_default_is_one_that_can_run_here(no_torch: None) -> None:
    assert default_model() == ONNX_MODEL
    ref = resolve(ONNX_MODEL)
    assert (ref.fingerprint, ref.licence) == (ONNX_MODEL, "MIT")
    assert not ref.missing_packages()


def test_the_default_with_torch() -> None:
    assert default_model() == TORCH_MODEL


def test_a_published_model_has_the_vectors_of_the_same_model_by_torch() -> None:
    for model in ONNX_EXPORTS:
        clip, onnx = resolve_clip(model), resolve_onnx(model)
        assert clip.fingerprint == onnx.fingerprint == model
        assert (clip.spec, clip.licence) == (onnx.spec, onnx.licence)
        assert onnx.repository.split("/")[1].split("__")[0] == model.split("/")[0]


def test_a_runtime_that_does_not_have_the_model_says_which_has(folder: Path, tmp_path: Path) -> None:
    published = write_model(tmp_path / "published", OPEN_CLIP, Weights.random())
    with pytest.raises(InvalidInput, match="no weights for open_clip"):
        resolve_clip(str(published))
    with pytest.raises(InvalidInput, match="not published as ONNX"):
        resolve_onnx(TORCH_MODEL)


def test_the_same_published_folder_elsewhere_is_the_same_model(tmp_path: Path) -> None:
    first = write_model(tmp_path / "a", OPEN_CLIP, Weights.random())
    same = write_model(tmp_path / "b", OPEN_CLIP, Weights.random())
    other = write_model(tmp_path / "c", OPEN_CLIP, Weights.random(seed=1))
    before = resolve(str(first)).fingerprint
    assert before.startswith("local-")
    assert resolve(str(same)).fingerprint == before != resolve(str(other)).fingerprint
    preprocessing = same / OPEN_CLIP.preprocessing
    preprocessing.write_text(preprocessing.read_text().replace("bilinear", "bicubic"))
    assert resolve(str(same)).fingerprint != before


def test_a_folder_with_half_a_published_model_resolves_but_is_unavailable(tmp_path: Path) -> None:
    published = write_model(tmp_path, OPEN_CLIP, Weights.random())
    (published / OPEN_CLIP.textual).unlink()
    ref = resolve(str(published))
    assert not ref.weights_available()
    with pytest.raises(Unavailable, match=f"{OPEN_CLIP.textual} is missing"):
        ref.check()


def test_nothing_but_the_torch_embedder_and_the_trainers_imports_torch() -> None:
    """Every module of dampipe is imported in a process in which torch and its companions cannot be."""
    code = f"""
import importlib, pkgutil, sys
absent = ("torch", "torchvision", "open_clip", "safetensors", "transformers", "onnx", "onnxscript")
sys.modules.update(dict.fromkeys(absent))
import dampipe
failed = []
for module in pkgutil.walk_packages(dampipe.__path__, "dampipe."):
    if module.name.startswith("dampipe.kernel.db.migrations") or module.name in {NEEDS_TORCH!r}:
        continue
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        if any(name in str(error) for name in absent):
            failed.append(f"{{module.name}}: {{error}}")
sys.exit(repr(failed) if failed else 0)
"""
    environment = {**os.environ, "DAMPIPE_HOME": "/nonexistent"}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=170, env=environment)


NEEDS_TORCH = ("dampipe.__main__", "dampipe.vision.tiny.train", "dampipe.vision.tiny.export_onnx")


def test_what_knows_no_torch_imports_none() -> None:
    modules = (
        "base",
        "tiny.drawing",
        "fake",
        "frames",
        "model_catalog",
        "hub",
        "models",
        "clip",
        "devices",
        "open_model",
        "onnx.embedder",
        "tiny.evaluate",
    )
    code = (
        "import sys\n"
        + "".join(f"import dampipe.vision.{name}\n" for name in modules)
        + "heavy = {'torch', 'open_clip', 'huggingface_hub', 'onnxruntime', 'tokenizers', 'ftfy'} & set(sys.modules)\n"
        + "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=170)
