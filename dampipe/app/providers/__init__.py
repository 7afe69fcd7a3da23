"""Who makes the objects that depend on settings, on the tools of this machine or on all features together.

What one feature needs for itself is named in its manifest (`Feature.providers`).
"""

_AT = "dampipe.app.providers."
PROVIDERS = {
    # What features say, together.
    "dampipe.features.assets.service:DetailFields": f"{_AT}collected:all_details",
    "dampipe.kernel.events.registry:EventRegistry": f"{_AT}collected:event_registry",
    "dampipe.kernel.events.retention:EventRetention": f"{_AT}collected:event_retention",
    "dampipe.kernel.faces.remedies:Remedies": f"{_AT}collected:all_remedies",
    # Who may log in, and what for.
    "dampipe.features.access.login:LoginPolicy": f"{_AT}login:policy",
    "dampipe.features.access.oidc:OidcSettings": f"{_AT}login:oidc",
    "dampipe.features.access.service:Scopes": f"{_AT}login:all_scopes",
    # Where derivatives, vectors and footage are.
    "dampipe.storage.auto:AutoStorage": f"{_AT}vectors:auto_storage",
    "dampipe.storage.files.cache:FootageCache": f"{_AT}footage:footage_cache",
    "dampipe.kernel.staging:Staging": f"{_AT}footage:staging",
    "dampipe.storage.base:StorageEngine": "dampipe.storage.auto:AutoStorage",
    "dampipe.storage.blobs.base:BlobStore": f"{_AT}blobs:blob_store",
    "dampipe.storage.files.stores:FileStores": f"{_AT}files:file_stores",
    # How runs and work items are planned, sent and recovered.
    "dampipe.app.capabilities:Capabilities": f"{_AT}jobs:capabilities",
    "dampipe.jobs.dispatch:Dispatcher": f"{_AT}jobs:dispatcher",
    "dampipe.jobs.dispatch:TaskTransport": f"{_AT}jobs:task_transport",
    "dampipe.jobs.machine_queues:MachineQueues": f"{_AT}jobs:machine_queues",
    "dampipe.jobs.nightly:NightlyJobs": f"{_AT}jobs:nightly_jobs",
    "dampipe.jobs.plan:Plan": f"{_AT}jobs:plan",
    "dampipe.jobs.policy:RunPolicy": f"{_AT}jobs:run_policy",
    "dampipe.jobs.savers:SaverRegistry": f"{_AT}jobs:saver_registry",
    "dampipe.jobs.stage:StageNames": f"{_AT}stages:stage_names",
    "dampipe.jobs.subjects:Subjects": f"{_AT}jobs:subjects",
    "dampipe.jobs.sweep:Sweep": f"{_AT}jobs:sweep",
    "dampipe.jobs.unserved:UnservedQueues": f"{_AT}jobs:unserved_queues",
    "dampipe.jobs.work:WorkRegistry": f"{_AT}jobs:work_registry",
    # What needs ffmpeg or the model.
    "dampipe.features.search.model_service:ModelService": f"{_AT}searching:model_service",
    "dampipe.features.frames.reader:FrameReader": f"{_AT}searching:frame_reader",
    "dampipe.features.search.pictures:QueryPictures": f"{_AT}searching:query_pictures",
    "dampipe.jobs.toolbox:Toolbox": f"{_AT}tools:toolbox",
    "dampipe.media.signatures.maker:SignatureMaker": f"{_AT}tools:signature_maker",
}
"""Dotted names of functions of Services, or of classes, by those of the types that they provide."""
