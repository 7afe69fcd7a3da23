"""What a setting of the model resolves to, without torch and without a network."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.vision import tiny
from dampipe.vision.base import FrameSpec
from dampipe.vision.models import DEFAULT_MODEL, TINY, licence_of, resolve

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
    ref = resolve(DEFAULT_MODEL)
    assert ref.licence == "MIT"
    assert ref.fingerprint == DEFAULT_MODEL
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
    with pytest.raises(InvalidInput, match="no configuration of open_clip"):
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
        ("ViT-B-32-256", DEFAULT_MODEL),
        ("vit-b-32-256/datacomp", DEFAULT_MODEL),
        ("PE-core-b16", "PE-Core-B-16/meta"),
        ("xyzzy", DEFAULT_MODEL),
    ],
)
def test_a_wrong_name_is_answered_with_what_was_meant(wrong: str, meant: str) -> None:
    with pytest.raises(InvalidInput, match="there is no model") as caught:
        resolve(wrong)
    assert meant in caught.value.hint


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"open_clip_config\.json is missing"):
        resolve(str(tmp_path))


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
        "tiny.evaluate",
    )
    code = (
        "import sys\n"
        + "".join(f"import dampipe.vision.{name}\n" for name in modules)
        + "heavy = {'torch', 'torchvision', 'open_clip', 'huggingface_hub'} & set(sys.modules)\n"
        + "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=170)
