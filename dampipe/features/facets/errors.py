"""What can be wrong with queries and with facets."""

from dampipe.kernel.errors import ErrorCode

WHERE_INVALID = ErrorCode(
    "where.invalid",
    "the query is not valid: {problem}, at character {position}: {shown}",
    "Write conditions such as rating>=3, city=Rome, keywords:beach or has:title, joined by and, or, not and brackets.",
)
FACET_INVALID = ErrorCode("facet.invalid", "{key!r} is not a facet", "The facets are {keys}.")
FACETS_BUILDING = ErrorCode(
    "facet.building",
    "the facet index is being built: {waiting} or more assets are still to be read",
    "Try again in some minutes; the workers build it.",
)
WHERE_VALUE_INVALID = ErrorCode(
    "where.value_invalid",
    "the query cannot be answered: {problem}, at character {position}: {shown}",
    "{remedy}",
)
