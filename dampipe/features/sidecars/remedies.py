"""What to do next about errors of sidecars, by face and error code."""

from dampipe.features.sidecars import errors

CLI = {
    errors.TREE_NEEDS_FOLDER.code: "Such as `dampipe sidecar place SOURCE tree --folder /srv/sidecars`.",
    errors.FOLDER_NOT_NEEDED.code: "`--folder` goes with `tree` only.",
    errors.NOTHING_WAITS.code: "`dampipe sidecar status` lists what waits.",
}
PAGE: dict[str, str] = {}
