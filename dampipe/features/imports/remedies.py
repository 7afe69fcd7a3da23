"""What to do next about errors of imports, by face and error code."""

from dampipe.features.imports import errors
from dampipe.features.imports.icloud.errors import LOGIN_FAILED, LOGIN_NEEDED
from dampipe.features.imports.takeout import errors as takeout

_RESUME = "`dampipe import resume NUMBER` continues it at once."
CLI = {
    errors.NOT_FOUND.code: "`dampipe import list` lists them.",
    errors.NOT_A_CARD.code: "`dampipe import folder PATH --to DESTINATION` imports it as a folder.",
    errors.DESTINATION_UNKNOWN.code: "`dampipe source list` shows the sources; "
    "`dampipe source add NAME PATH --managed` adds one.",
    errors.ALREADY_RUNNING.code: "`dampipe import list` shows how far it is; `dampipe import resume NUMBER` "
    "continues it, `dampipe import cancel NUMBER` ends it.",
    errors.ORIGIN_AWAY.code: f"Mount it again at the same place; {_RESUME}",
    errors.DESTINATION_AWAY.code: f"Mount it again at the same place; {_RESUME}",
    errors.DESTINATION_FULL.code: f"Free some space; {_RESUME}",
    errors.PROGRAM_MISSING.code: "`dampipe import {importer} --install` installs it into an environment of its own.",
    LOGIN_NEEDED.code: "`dampipe import icloud --login {user}`, in a terminal of the machine that imports; the import "
    "continues where it was.",
    LOGIN_FAILED.code: "`dampipe import icloud --login {user}` tries again.",
}
CLI |= {
    takeout.PART_MISSING.code: "Name all parts at once, or the folder that holds them; `--allow-missing-parts` imports "
    "what there is.",
    takeout.PART_UNREADABLE.code: "Download it again; `--allow-missing-parts` imports the other parts.",
}
PAGE: dict[str, str] = {}
