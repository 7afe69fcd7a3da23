"""dampipe turns a folder of footage into a library that answers with the moment.

    import dampipe

    with dampipe.open(home="/srv/dampipe", model="tiny", in_process=True) as library:
        library.add("/mnt/footage")
        library.process()
        for hit in library.search("red circle", kind="video").hits:
            print(hit.path, hit.moments[0].time)

docs/python.md describes the Python API.
"""

from typing import TYPE_CHECKING, Any

from dampipe.kernel.version import __version__

if TYPE_CHECKING:
    from os import PathLike

    from dampipe.app.api import Library

__all__ = ["__version__", "open"]


def open(
    home: "str | PathLike[str] | None" = None, *, in_process: bool = False, **settings: Any
) -> "Library":
    """Open a library of footage, as a context manager or until its `close()`.

    home: the home folder; default: `$DAMPIPE_HOME` and so on, as for the command line. in_process: `process()` does
    the work in this process, so that neither a broker nor workers are needed. settings: any setting by name. Raises
    InvalidInput for a wrong setting, CatalogueDown if the database cannot be used.
    """
    from dampipe.app.api import open_library  # imports the whole application

    return open_library(home, in_process=in_process, **settings)
