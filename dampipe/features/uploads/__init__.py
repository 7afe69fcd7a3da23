"""Uploads: files that a browser sends in parts, resumably, into a managed source; an import copies and verifies them."""

from dampipe.features.uploads.scopes import UPLOAD
from dampipe.kernel.feature import Command, Feature, Subscriber, Task

FEATURE = Feature(
    "uploads",
    __name__,
    tables=(f"{__name__}.tables",),
    providers={f"{__name__}.folder:UploadFolder": f"{__name__}.providers:upload_folder"},
    commands={"upload": Command("List and delete what was uploaded.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router",),
    scopes=(UPLOAD,),
    events=tuple(f"{__name__}.events:{name}" for name in ("UploadStarted", "UploadFinished")),
    subscribers={
        "uploads.finish": Subscriber(f"{__name__}.finishing:UploadFinisher", events=("import.finished",))
    },
    tasks={
        "expire_uploads": Task(
            f"{__name__}.expiry:ExpireUploadsTask", schedule=f"{__name__}.task_schedule:expiry_interval"
        )
    },
    panel="panel/panel.js",
    remedies=f"{__name__}.remedies",
)
