"""Backup and restore of what cannot be made again: the catalogue and the settings file."""

from dampipe.kernel.feature import Command, Feature, Work

FEATURE = Feature(
    "backup",
    __name__,
    commands={
        "backup": Command(
            "Write the catalogue and the settings into one file.", "dampipe.features.backup.cli:backup"
        ),
        "restore": Command(
            "Bring back a backup into an empty home folder.", "dampipe.features.backup.cli:restore"
        ),
    },
    work={
        "backup": Work(
            queue="io", handler="dampipe.features.backup.handler:BackupHandler", time_limit=12 * 3600
        ),
    },
    nightly=("dampipe.features.backup.handler:NightlyBackup",),
    remedies="dampipe.features.backup.remedies",
)
