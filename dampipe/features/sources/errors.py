"""The errors of sources."""

from dampipe.kernel.errors import ErrorCode

NOT_FOUND = ErrorCode(
    "source.not_found", "there is no source {name!r}", "List the sources to see which exist."
)
NONE_YET = ErrorCode("source.none_yet", "there are no sources yet", "Add a source first.")
NAME_TAKEN = ErrorCode(
    "source.name_taken",
    "there is another source {name!r}",
    "Choose another name; the list of sources shows which are taken.",
)
NAME_INVALID = ErrorCode(
    "source.name_invalid",
    "{name!r} is not a valid source name",
    "Use printable characters, such as letters and digits, and begin with no hyphen or space.",
)
PATTERN_INVALID = ErrorCode("source.pattern_invalid", "{problem}", "See the syntax of .gitignore.")
PATH_MAP_INVALID = ErrorCode(
    "source.path_map_invalid",
    "{machine}:{path} is not a valid path map",
    "Give MACHINE:/absolute/path.",
)
FOLDER_NOT_FOUND = ErrorCode(
    "source.folder_not_found", "there is no folder {path}", "Check the path; is the share mounted?"
)
UNREACHABLE = ErrorCode(
    "source.cannot_be_asked",
    "{path} cannot be asked: {reason}",
    "Check the network and the credentials; see docs/sources.md.",
)
NOT_MANAGED = ErrorCode(
    "source.not_managed",
    "the source {name} is read-only: it is not declared as managed",
    "Declare it as managed, if dampipe may write there, or name another source.",
)
SAME_FOLDER = ErrorCode(
    "source.same_folder",
    "{path} and {other}, a source already, are the same folder",
    "Use the path of the source that exists.",
)
COST_INVALID = ErrorCode(
    "source.cost_invalid", "the cost {key!r} is not valid: {problem}", "The amounts are {keys}."
)
LABEL_INVALID = ErrorCode(
    "source.label_invalid",
    "{label!r} is not a valid label of a medium",
    "Use printable characters in one line, 200 at most.",
)
PATH_RELATIVE = ErrorCode(
    "source.path_relative", "{path} is not an absolute path", "Give an absolute path, or a URL."
)
PATH_OUTSIDE = ErrorCode(
    "source.path_outside",
    "not below a source or a folder of the setting scan_roots: {paths}",
    "The page may use sources, and folders of the setting scan_roots: add the folder to either on the machine that "
    "runs dampipe.",
)
SAME_PLACE = ErrorCode(
    "source.same_place",
    "{path} and {other}, the source {name!r}, are the same place or one lies in the other, but for the user",
    "Use the URL of the source that exists. If two users see different files there, name the user in both URLs.",
)
