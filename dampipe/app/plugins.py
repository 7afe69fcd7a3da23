"""Features from outside: packages with the entry point `dampipe.features`, and files in `$DAMPIPE_HOME/plugins/`.

Both give a `Feature`, as the built-in ones do: an entry point names it, a file holds it as `FEATURE`. A plug-in whose
manifest cannot be loaded, names what does not exist or repeats a name of another feature is logged and left out, so
that it cannot keep dampipe from starting; `dampipe doctor` lists it. Modules that a manifest names are imported on use
only: if one of them raises then, what needs it ends with the error `plugin.not_loadable`.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec, module_from_spec, spec_from_file_location
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


def find_plugins(folder: Path | None = None, built_in: Sequence[Feature] = ()) -> Plugins:
    """All plug-ins: packages first, then files by name.

    folder: instead of `plugins` in the home folder. built_in: features whose names are taken.
    """
    features: list[Feature] = []
    broken: list[BrokenPlugin] = []
    for name, load in _candidates(folder or home_folder() / "plugins"):
        try:
            feature = load()
            if not isinstance(feature, Feature):
                raise TypeError(f"it gives {type(feature).__name__}, not a Feature")
            _check_names(feature, [*built_in, *features])
            _check_targets(feature)
            features.append(feature)
        except Exception as error:  # foreign code may raise anything
            log.warning("the plug-in %s is left out: %s", name, error)
            broken.append(BrokenPlugin(name, f"{type(error).__name__}: {error}"))
    return Plugins(tuple(features), tuple(broken))


def _check_names(feature: Feature, others: Sequence[Feature]) -> None:
    """Raises ValueError if another feature has the name of this one, of one of its commands and so on."""
    if any(feature.name == other.name for other in others):
        raise ValueError(f"another feature is called {feature.name!r}")
    for kind in ("commands", "tasks", "work", "subscribers"):
        for other in others:
            if same := sorted(getattr(feature, kind).keys() & getattr(other, kind).keys()):
                raise ValueError(f"{kind}: the feature {other.name!r} has {same[0]!r} already")


def _check_targets(feature: Feature) -> None:
    """Raises ImportError or AttributeError for a dotted name that leads nowhere; imports no module for that."""
    for name in feature.dotted_names():
        path, _, attribute = name.partition(":")
        module = sys.modules.get(path)
        if module is None and find_spec(path) is None:
            raise ModuleNotFoundError(f"No module named {path!r}")
        if module is not None and attribute:
            getattr(module, attribute)


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
