"""Vocabularies: trees of terms with labels in several languages, synonyms and notes, which fields of metadata allow."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "vocabularies",
    __name__,
    tables=("dampipe.features.vocabularies.tables",),
    commands={
        "vocabulary": Command(
            "Keep vocabularies: trees of terms that metadata may have.",
            "dampipe.features.vocabularies.cli:command",
        )
    },
    routers=("dampipe.features.vocabularies.http:router",),
    events=(
        "dampipe.features.vocabularies.events:VocabularyCreated",
        "dampipe.features.vocabularies.events:VocabularyUpdated",
        "dampipe.features.vocabularies.events:VocabularyImported",
        "dampipe.features.vocabularies.events:TermsChanged",
        "dampipe.features.vocabularies.events:OperationUndone",
    ),
    panel="panel.js",
    remedies="dampipe.features.vocabularies.remedies",
)
