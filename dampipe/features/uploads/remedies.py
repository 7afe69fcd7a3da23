"""What to do next about errors of uploads, by face and error code."""

from dampipe.features.uploads import errors

CLI = {
    errors.NOT_FOUND.code: "`dampipe upload list` lists them.",
    errors.BEING_IMPORTED.code: "`dampipe import list` shows how far it is.",
    errors.FOLDER_AWAY.code: "Set `upload_folder` to a folder that all of them see.",
    errors.NO_ROOM.code: "`dampipe upload delete NUMBER` deletes one; the setting `upload_quota` allows more.",
}
PAGE = {
    errors.NO_ROOM.code: "Delete an upload that is not needed any more, or wait until those before are imported.",
    errors.PATH_TAKEN.code: "Rename one of the two, or upload it on its own.",
}
