"""Search: moments by words, picture, moment and filters; models and the vector index."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "search",
    tables=("dampipe.features.search.tables",),
    commands={
        "search": Command(
            "Find moments by words, a picture or a moment.", "dampipe.features.search.cli.search:command"
        ),
        "embed": Command(
            "Catch up on embedding once the model is there.", "dampipe.features.search.cli.embed:command"
        ),
        "model": Command("List models, and choose one.", "dampipe.features.search.cli.model:command"),
        "index": Command(
            "Check the vector index, or build it anew.", "dampipe.features.search.cli.index:command"
        ),
    },
    routers=(
        "dampipe.features.search.http:router",
        "dampipe.features.search.http_vectors:router",
    ),
    savers=(
        ("dampipe.vision.embedding:Embedding", "dampipe.features.search.savers:save_embeddings"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.search.savers:save_shot_numbers"),
    ),
    sweeps=("dampipe.features.search.sweep:TextIndexSweep",),
)
