"""What to do about the errors of sources, by code, in the terms of each face."""

from dampipe.features.sources import errors

CLI = {
    errors.NOT_FOUND.code: "`dampipe source list` lists them.",
    errors.NONE_YET.code: "`dampipe source add NAME PATH` adds one.",
    errors.NAME_TAKEN.code: "`dampipe source list` lists them.",
    errors.PATH_OUTSIDE.code: "`dampipe source add NAME FOLDER` adds a source; the setting scan_roots lists other "
    "folders.",
    errors.NOT_MANAGED.code: "`dampipe source add NAME PATH --managed` lets dampipe write there; repeat the "
    "source's other options.",
}
PAGE: dict[str, str] = {}
