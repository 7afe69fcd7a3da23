"""Fixity: files are read again and compared with their checksums; ASC MHL manifests."""

from dampipe.kernel.feature import Command, Feature, Task

FEATURE = Feature(
    "fixity",
    __name__,
    tables=("dampipe.features.fixity.tables",),
    providers={
        "dampipe.features.fixity.worker:FixityWorker": "dampipe.features.fixity.providers:fixity_worker",
        "dampipe.features.fixity.ascmhl:AscMhl": "dampipe.features.fixity.providers:ascmhl",
    },
    commands={
        "verify": Command(
            "Read files again and check them against their stored checksums.",
            "dampipe.features.fixity.cli.verify:command",
        ),
        "mhl": Command(
            "Write ASC MHL manifests, which prove that a copy is complete.",
            "dampipe.features.fixity.cli.mhl:command",
        ),
    },
    routers=("dampipe.features.fixity.http:router",),
    panel="panel.js",
    tasks={
        "verify": Task(
            "dampipe.features.fixity.tasks:VerifyTask", beside="dampipe.kernel.stage_io:ContentHash"
        ),  # the stage hash reads the same files
    },
    sweeps=("dampipe.features.fixity.sweep:FixitySweep",),
    events=("dampipe.features.fixity.events:FileBad",),
    guards=("dampipe.features.fixity.guard:VERIFIED",),
    remedies="dampipe.features.fixity.remedies",
)
