"""What can be wrong with collections."""

from dampipe.kernel.errors import ErrorCode

NOT_FOUND = ErrorCode(
    "collection.not_found",
    "there is no collection {name!r}",
    "The list of collections shows which there are; give a number, a name or a path such as Film/Selects.",
)
AMBIGUOUS = ErrorCode(
    "collection.ambiguous",
    "{name!r} is the name of several collections: {candidates}",
    "Give the number of one of them.",
)
NAME_INVALID = ErrorCode(
    "collection.name_invalid",
    "{name!r} is not a valid name of a collection",
    "Give one line of 1 to {most} characters, without a slash.",
)
RIGHT_MISSING = ErrorCode(
    "collection.right_missing",
    "{actor} may not do this to the collection {name}: the right {right!r} is missing",
    "Ask someone who manages the collection.",
)
CHANGED = ErrorCode(
    "collection.changed_meanwhile",
    "{field} of the collection {name} was changed meanwhile by {by}: it is {theirs!r} now, not {yours!r}",
    "Compare both values, and write the one that is right.",
)
ITEM_MOVED = ErrorCode(
    "collection.item_moved_meanwhile",
    "the item {item} was moved meanwhile: it is {theirs} now, and was to be {yours}",
    "Look at the order again, and move it if it should be elsewhere.",
)
WOULD_BE_CYCLE = ErrorCode(
    "collection.cycle",
    "the collection {name} cannot be moved into {parent}, which lies within it",
    "Choose a collection outside of it.",
)
TOO_DEEP = ErrorCode(
    "collection.too_deep",
    "collections cannot be nested more than {most} deep",
    "Choose a collection further up.",
)
NOT_SIBLING = ErrorCode(
    "collection.not_sibling",
    "the collection {name} does not lie in the same collection",
    "Name one that lies where this one is to be.",
)
PLACE_INVALID = ErrorCode(
    "collection.place_invalid",
    "a place is given in {count} ways",
    "Give one of before, after, first and last.",
)
IS_SMART = ErrorCode(
    "collection.is_smart",
    "the collection {name} is a saved search: its assets cannot be {verb} by hand",
    "Pin an asset to have it always in the collection, or exclude it.",
)
IS_BY_HAND = ErrorCode(
    "collection.is_by_hand",
    "the collection {name} is not a saved search",
    "Add assets to it, or remove them.",
)
ITEM_UNKNOWN = ErrorCode(
    "collection.item_not_found",
    "the collection {name} has no item {item!r}",
    "List its items; one that was removed and added again has another number.",
)
CURSOR_GONE = ErrorCode(
    "collection.page_gone",
    "the page begins after an item that is not in the collection any more",
    "Begin with the first page again.",
)
NOTHING_CHOSEN = ErrorCode(
    "collection.nothing_chosen",
    "no items are given",
    "Name assets or subclips, or give filters.",
)
SUBCLIP_UNKNOWN = ErrorCode(
    "collection.subclip_not_found", "there is no subclip {subclip}", "List the subclips of the asset."
)
ONLY_ASSETS = ErrorCode(
    "collection.only_assets", "only assets can be pinned or excluded", "Name assets instead of subclips."
)
FILTERS_MISSING = ErrorCode(
    "collection.filters_missing",
    "a saved search needs a filter",
    "Give at least one filter of a search.",
)
REFERS_TO_ITSELF = ErrorCode(
    "collection.refers_to_itself",
    "the filters of the collection {name} name the collection itself",
    "Name another collection, or another filter.",
)
GRANTEE_INVALID = ErrorCode(
    "collection.grantee_invalid",
    "{to!r} is neither a user nor a role",
    "Give user:NAME or role:NAME; the roles are {roles}.",
)
USER_UNKNOWN = ErrorCode("collection.user_not_found", "there is no user {name!r}", "Give the name of a user.")
GRANT_UNKNOWN = ErrorCode(
    "collection.grant_not_found",
    "{to} has no right of its own on the collection {name}",
    "A right that is inherited is taken back where it was given.",
)
EXPORT_TOO_LONG = ErrorCode(
    "collection.export_too_long",
    "the collection {name} has more than {most} items, which a timeline cannot hold",
    "Export parts of it.",
)
EXPORT_EMPTY = ErrorCode(
    "collection.export_empty",
    "the collection {name} has no item with a file",
    "Add assets whose files are in the library.",
)
