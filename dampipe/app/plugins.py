"""Features from outside: packages with the entry point `dampipe.features`, and files in `$DAMPIPE_HOME/plugins/`.

Both give a `Feature`, as the built-in ones do: an entry point names it, a file holds it as `FEATURE`. A plug-in that
cannot be loaded is logged and left out, so that it cannot keep dampipe from starting; `dampipe doctor` lists it.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from dampipe.kernel.feature import Feature
from dampipe.kernel.home import home_folder

log = logging.getLogger(__name__)

GROUP = "dampipe.features"
FILES = "dampipe_plugins"
"""Package under which files of the plug-in folder are imported."""


@dataclass(frozen=True)
class BrokenPlugin:
    """A plug-in that could not be loaded."""

    name: str
    """Of the entry point, or the path of the file."""
    reason: str


@dataclass(frozen=True)
class Plugins:
    """What was found outside."""

    features: tuple[Feature, ...]
    broken: tuple[BrokenPlugin, ...]


@cache
def find_plugins(folder: Path | None = None) -> Plugins:
    """All plug-ins: packages first, then files by name. folder: instead of `plugins` in the home folder."""
    features: list[Feature] = []
    broken: list[BrokenPlugin] = []
    for name, load in _candidates(folder or home_folder() / "plugins"):
        try:
            feature = load()
            if not isinstance(feature, Feature):
                raise TypeError(f"it gives {type(feature).__name__}, not a Feature")
            if any(feature.name == other.name for other in features):
                raise ValueError(f"another plug-in is called {feature.name!r}")
            features.append(feature)
        except Exception as error:  # foreign code may raise anything
            log.warning("the plug-in %s is left out: %s", name, error)
            broken.append(BrokenPlugin(name, f"{type(error).__name__}: {error}"))
    return Plugins(tuple(features), tuple(broken))


def _candidates(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    if _any_package_has_plugins():
        from importlib.metadata import entry_points  # 40 ms

        for point in entry_points(group=GROUP):
            yield point.name, point.load
    try:
        files = sorted(path for path in folder.glob("*.py") if not path.name.startswith(("_", ".")))
    except OSError:
        return
    for path in files:
        yield str(path), partial(_load_file, path)


def _any_package_has_plugins() -> bool:
    """Whether an installed package declares an entry point of the group. Costs 3 ms instead of 50."""
    for folder in {entry or "." for entry in sys.path}:
        try:
            packages = [entry.path for entry in os.scandir(folder) if entry.name.endswith(".dist-info")]
        except OSError:
            continue
        for package in packages:
            try:
                with open(f"{package}/entry_points.txt", encoding="utf-8") as file:
                    if f"[{GROUP}]" in file.read():
                        return True
            except (OSError, UnicodeDecodeError):
                continue
    return False


def _load_file(path: Path) -> object:
    """The FEATURE of a file, imported as `dampipe_plugins.<stem>`."""
    if FILES not in sys.modules:
        package = ModuleType(FILES)
        package.__path__ = [str(path.parent)]
        sys.modules[FILES] = package
    name = f"{FILES}.{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module.FEATURE
