"""Vocabularies: trees of terms with labels in several languages, synonyms and notes, which fields of metadata allow."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "vocabularies",
    __name__,
    tables=("dampipe.features.vocabularies.tables",),
)
