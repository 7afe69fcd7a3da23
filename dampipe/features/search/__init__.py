"""Search: moments by words, picture, moment and filters; full-text index, embedding models and vector index."""

from dampipe.kernel.feature import Command, Feature, Task, Work

FEATURE = Feature(
    "search",
    __name__,
    tables=("dampipe.features.search.tables",),
    providers={
        "dampipe.kernel.selection:AssetSelector": "dampipe.features.search.filters:FilterResolver",
        "dampipe.features.assets.media_db:MediaDb": "dampipe.features.search.vector_media_db:VectorMediaDb",
    },
    commands={
        "search": Command(
            "Find moments by words, a picture or a moment.", "dampipe.features.search.cli.search:command"
        ),
        "embed": Command(
            "Embed what was skipped while the model was missing.",
            "dampipe.features.search.cli.embed:command",
        ),
        "model": Command(
            "List embedding models, and choose one.", "dampipe.features.search.cli.model:command"
        ),
        "index": Command(
            "Check the vector index, or rebuild it.", "dampipe.features.search.cli.index:command"
        ),
    },
    routers=(
        "dampipe.features.search.http:router",
        "dampipe.features.search.http_vectors:router",
        "dampipe.features.search.http_models:router",
        "dampipe.features.search.http_indexes:router",
    ),
    panel="panel.js",
    remedies="dampipe.features.search.remedies",
    events=("dampipe.features.search.events:TimelineExported",),
    savers=(
        ("dampipe.vision.embedding:Embedding", "dampipe.features.search.savers:save_embeddings"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.search.savers:save_shot_numbers"),
    ),
    work={
        # The queue of the stage `index`: its workers hold the index.
        "reindex": Work(
            queue="index", handler="dampipe.features.search.index_requests:IndexHandler", time_limit=24 * 3600
        ),
    },
    tasks={
        "tend": Task(
            "dampipe.features.search.tasks:TendTask",
            beside="dampipe.storage.moments:Indexed",
            schedule="dampipe.features.search.task_schedule:tend_interval",
        ),
    },
    sweeps=("dampipe.features.search.sweep:TextIndexSweep",),
)
