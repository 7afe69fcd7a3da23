"""What to do next about errors of queries and facets, by face and error code."""

CLI = {
    "where.invalid": "docs/queries.md has the grammar; `dampipe metadata fields` lists the fields.",
    "facet.invalid": "`dampipe metadata fields` lists the fields, and which are facets.",
    "facet.building": "The sweep of `dampipe up` builds it; `dampipe facets --wait` does so now.",
}
PAGE = {
    "where.invalid": "Correct the query in the filter bar.",
    "facet.building": "Try again in some minutes.",
}
