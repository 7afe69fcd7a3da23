"""Machine tags: terms of chosen vocabularies that a model proposes from the vectors of frames, and what people say of
them."""

from dampipe.kernel.feature import Command, Feature, Subscriber, Task

_CLI = "dampipe.features.machinetags.cli"

FEATURE = Feature(
    "machinetags",
    __name__,
    tables=("dampipe.features.machinetags.tables",),
    commands={
        "tag suggest": Command("Choose vocabularies whose terms a model proposes.", f"{_CLI}:suggest"),
        "tag term": Command("Say how a model looks for a term.", f"{_CLI}:term"),
        "tag review": Command("List proposed tags, the most informative first.", f"{_CLI}:review"),
        "tag accept": Command("Say that a proposed tag is right.", f"{_CLI}:accept"),
        "tag reject": Command("Say that a proposed tag is wrong.", f"{_CLI}:reject"),
        "tag undo": Command("Take back your last verdict on a proposed tag.", f"{_CLI}:undo"),
        "tag precision": Command("Show how often proposals of each term are right.", f"{_CLI}:precision"),
        "tag moments": Command("List the moments that earned a machine tag.", f"{_CLI}:moments"),
    },
    routers=("dampipe.features.machinetags.http:router",),
    events=(
        "dampipe.features.machinetags.events:MachineTagAccepted",
        "dampipe.features.machinetags.events:MachineTagRejected",
        "dampipe.features.machinetags.events:VerdictUndone",
        "dampipe.features.machinetags.events:MachineTaggingChanged",
    ),
    term_uses=("dampipe.features.machinetags.term_use:MACHINE_TAGS",),
    filters=("dampipe.features.machinetags.filters:FIELDS",),
    details=("dampipe.features.machinetags.details:MACHINE_TAGS",),
    tasks={
        "machinetags": Task(
            "dampipe.features.machinetags.tasks:TaggingTask",
            beside="dampipe.storage.moments:Indexed",
            schedule="dampipe.features.machinetags.task_schedule:interval",
        )
    },
    subscribers={
        "machinetags.versions": Subscriber(
            "dampipe.features.machinetags.tasks:CurrentVersions",
            events=("asset.merged", "asset.split", "version.current"),
        )
    },
    panel="panel.js",
    remedies="dampipe.features.machinetags.remedies",
)
