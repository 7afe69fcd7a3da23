"""Which optional packages are installed. Nothing is imported to find out."""

from importlib.util import find_spec


def installed(package: str) -> bool:
    """Whether a top-level package can be imported."""
    return find_spec(package) is not None


def has_torch() -> bool:
    """Whether the extra `torch` is installed: what open_clip's models need."""
    return installed("torch") and installed("open_clip")
