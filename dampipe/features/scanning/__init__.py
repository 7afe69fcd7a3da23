"""Scanning: walks of sources find new, changed, moved and missing files."""

from dampipe.features.scanning.scopes import NOTIFY
from dampipe.kernel.feature import Command, Feature, Task

FEATURE = Feature(
    "scanning",
    __name__,
    tables=("dampipe.features.scanning.tables",),
    providers={
        "dampipe.features.scanning.scanner:Scanner": "dampipe.features.scanning.walk_providers:scanner",
        "dampipe.features.scanning.policy:ScanPolicy": "dampipe.features.scanning.walk_providers:scan_policy",
        "dampipe.features.scanning.sync:NightlyPolicy": "dampipe.features.scanning.walk_providers:nightly_policy",
    },
    commands={
        "enqueue": Command(
            "Submit a scan of files and folders.", "dampipe.features.scanning.cli.enqueue:command"
        ),
        "scan": Command(
            "List scans, and pause, resume and cancel them.", "dampipe.features.scanning.cli.scan:command"
        ),
        "sync": Command(
            "Scan sources and process what is due: the command for cron.",
            "dampipe.features.scanning.cli.sync:command",
        ),
        "watch-folder": Command(
            "Scan new files as soon as they are completely written.",
            "dampipe.features.scanning.cli.watch_folder:command",
        ),
    },
    routers=(
        "dampipe.features.scanning.http:router",
        "dampipe.features.scanning.ring_http:router",
        "dampipe.features.scanning.sync_http:router",
    ),
    panel="panel.js",
    scopes=(NOTIFY,),
    tasks={
        "scan": Task("dampipe.features.scanning.tasks:ScanTask", queue="scan"),
        "sync": Task(
            "dampipe.features.scanning.tasks:SyncTask",
            schedule="dampipe.features.scanning.task_schedule:sync_schedule",
        ),
    },
    sweeps=("dampipe.features.scanning.sweep:ScanSweep",),
    postponed=("dampipe.features.scanning.postponed:found_by_open_scan",),
    remedies="dampipe.features.scanning.remedies",
)
