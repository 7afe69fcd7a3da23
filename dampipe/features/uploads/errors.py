"""What can be wrong with an upload."""

from dampipe.kernel.errors import ErrorCode

NOT_FOUND = ErrorCode(
    "upload.not_found", "there is no upload {number}", "List the uploads to see which exist."
)
FILE_NOT_FOUND = ErrorCode(
    "upload.file_not_found", "the upload {number} has no file {file}", "Add the file to the upload again."
)
PATH_INVALID = ErrorCode(
    "upload.path_invalid",
    "{path} is not a valid path of a file below the upload",
    "Send a relative path with `/` between its names, each of at most 255 bytes, without `..`.",
)
PATH_TAKEN = ErrorCode(
    "upload.path_taken",
    "{path} is in the upload already, with another size, or as a folder",
    "Leave one of the two out, or upload it on its own.",
)
TOO_MANY = ErrorCode(
    "upload.too_many_files", "an upload has at most {most} files", "Import the rest once this one is over."
)
HEADER_INVALID = ErrorCode(
    "upload.header_invalid",
    "the header {name} is missing or not valid: {value}",
    "Use a client of the tus protocol 1.0.0.",
)
OFFSET_WRONG = ErrorCode(
    "upload.offset_wrong",
    "the bytes start at {sent}, but {received} bytes were received",
    "Ask for the offset (HEAD), and continue there.",
)
TOO_LONG = ErrorCode(
    "upload.too_long",
    "the file was announced with {size} bytes, and more were sent",
    "Announce it with its size.",
)
WRITING = ErrorCode(
    "upload.in_use", "another request sends bytes of this file now", "Try again in some seconds."
)
IS_OVER = ErrorCode(
    "upload.is_over",
    "the upload {number} takes no files any more: it is being imported, or was",
    "Begin another one.",
)
INCOMPLETE = ErrorCode(
    "upload.incomplete",
    "{count} files of the upload are not complete, such as {path}",
    "Send the rest of them, or leave them out.",
)
EMPTY = ErrorCode("upload.empty", "the upload has no files", "Add files to it first.")
NO_ROOM = ErrorCode(
    "upload.no_room",
    "there is no room for {size} more bytes: uploads may take {free} bytes more",
    "Wait until the uploads before are imported, delete one, or have more room made for uploads.",
)
BEING_IMPORTED = ErrorCode(
    "upload.being_imported",
    "the upload {number} is being imported",
    "Wait until the import is over, or cancel it.",
)
FOLDER_AWAY = ErrorCode(
    "upload.folder_away",
    "the files of the upload {number} are not on this machine ({path})",
    "Name one folder for uploads that the server and the workers share, or run both on one machine.",
)
