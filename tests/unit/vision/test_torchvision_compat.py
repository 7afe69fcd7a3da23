"""open_clip is imported whatever state torchvision is in; stand-ins for both keep torch out of it."""

import subprocess
import sys
from pathlib import Path

import dampipe

LOADED = (
    "from dampipe.vision.torchvision_compat import import_open_clip as f; print(f().__name__, f() is f())"
)
ROOT = Path(dampipe.__file__).parents[1]


def run(
    folder: Path, torchvision: str, torch: str = "raise SystemExit('torch was imported')"
) -> tuple[int, str, str]:
    for name, code in (("torchvision", torchvision), ("open_clip", ""), ("torch", torch)):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(folder)!r}, {str(ROOT)!r}]; {LOADED}"],
        capture_output=True,
        text=True,
        timeout=170,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_healthy_torchvision_is_left_alone(tmp_path: Path) -> None:
    assert run(tmp_path, "") == (0, "open_clip True\n", "")


def test_missing_operators_are_declared_and_the_import_repeated(tmp_path: Path) -> None:
    torch = "class library:\n    defined = []\n    define = lambda name, schema: library.defined.append(name)"
    torchvision = (
        "import sys, torch\n"
        "from types import ModuleType\n"
        "if len(torch.library.defined) < 2:\n"
        "    sys.modules['torchvision.half'] = ModuleType('torchvision.half')\n"
        "    raise RuntimeError('operator torchvision::nms does not exist')\n"
        "assert 'torchvision.half' not in sys.modules\n"
        "assert torch.library.defined == ['torchvision::nms', 'torchvision::qnms']\n"
    )
    assert run(tmp_path, torchvision, torch) == (0, "open_clip True\n", "")


def test_another_failure_of_torchvision_is_not_hidden(tmp_path: Path) -> None:
    code, _, said = run(tmp_path, "raise RuntimeError('the library is broken')")
    assert code == 1
    assert "the library is broken" in said
