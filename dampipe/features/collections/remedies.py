"""What to do next about errors of collections, by face and error code."""

from dampipe.features.collections import errors

_LIST = "`dampipe collection list` shows the collections with their numbers."

CLI = {
    errors.NOT_FOUND.code: _LIST,
    errors.AMBIGUOUS.code: _LIST,
    errors.IS_SMART.code: "`dampipe collection pin` and `dampipe collection exclude` change what it has.",
    errors.IS_BY_HAND.code: "`dampipe collection add` and `dampipe collection remove` change what it has.",
    errors.ITEM_UNKNOWN.code: "`dampipe collection show NAME` lists the items with their numbers.",
    errors.NOTHING_CHOSEN.code: "Name assets, or give --subclip NUMBER or --filter FIELD=VALUE.",
    errors.PLACE_INVALID.code: "Give one of --before, --after, --first and --last.",
    errors.FILTERS_MISSING.code: "--filter FIELD=VALUE gives one, as in --filter where='rating>=3'.",
    errors.USER_UNKNOWN.code: "`dampipe user list` shows the users.",
    errors.GRANT_UNKNOWN.code: "`dampipe collection rights NAME` shows where a right was given.",
    errors.SUBCLIP_UNKNOWN.code: "`dampipe subclip list` shows the subclips.",
}
PAGE = {
    errors.NOTHING_CHOSEN.code: "Select assets or subclips.",
    errors.CHANGED.code: "Load the collection again, and compare both values.",
}
