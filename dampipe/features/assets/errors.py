"""What can be wrong with the name of an asset."""

from dampipe.kernel.errors import ErrorCode

INVALID_ASSET = ErrorCode(
    "asset.invalid", "{name!r} is not a valid asset", "Give {shortest} to 40 digits of its SHA-1, or a path."
)
UNKNOWN_ASSET = ErrorCode("asset.not_found", "no asset has the SHA-1 {sha1}")
GONE_ASSET = ErrorCode("asset.gone", "the asset {asset} was deleted meanwhile", "List the assets again.")
AMBIGUOUS_ASSET = ErrorCode("asset.ambiguous", "several assets begin with {sha1}", "Give more digits.")
UNKNOWN_NAME = ErrorCode(
    "asset.name_not_found",
    "no file in the library is called {name!r}",
    "Give its whole name with the suffix, {shortest} to 40 digits of its SHA-1, or a path.",
)
AMBIGUOUS_NAME = ErrorCode(
    "asset.ambiguous_name", "several files are called {name!r}: {paths}", "Give the path of one of them."
)
UNKNOWN_PATH = ErrorCode("asset.path_not_found", "{path} is not in the library", "Scan its folder to add it.")
NOT_HASHED = ErrorCode(
    "asset.not_hashed",
    "{name} was found, but has not been hashed yet",
    "The status and the failures show whether it waits or failed.",
)
UNKNOWN_FOLDER = ErrorCode(
    "asset.folder_not_found",
    "no footage is known in the folder {names}",
    "Give an absolute path, or a folder's name; * and ? stand for anything.",
)
NO_SUCH_FILE = ErrorCode("asset.no_file", "there is no file {path}")
INVALID_SHA1 = ErrorCode(
    "asset.invalid_sha1", "{sha1!r} is not a SHA-1", "Give 40 lower-case hexadecimal digits."
)
NONE_SELECTED = ErrorCode(
    "asset.none_selected", "no asset is selected", "Name assets, give filters, or ask for all assets."
)
SELECTED_TWICE = ErrorCode(
    "asset.selected_twice",
    "assets are selected in more than one way",
    "Name assets, or give filters, or ask for all assets.",
)
TOO_MANY_SELECTED = ErrorCode(
    "asset.too_many_selected",
    "{count} assets are selected, {most} at most at a time",
    "Narrow the filters.",
)
INVALID_DATABASE_CONFIG = ErrorCode(
    "media_db.invalid_config", "the configuration of media-db is {{'url': '<SQLAlchemy URL>'}}"
)
