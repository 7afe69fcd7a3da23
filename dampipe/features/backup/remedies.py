"""What to do next about errors of backups, by face and error code."""

CLI = {
    "restore.deployment_running": "Stop `dampipe up` and every `dampipe worker` and `dampipe serve` of it first.",
    "restore.not_empty": "Set DAMPIPE_HOME to a new folder, or use `dampipe restore --force`, which moves the old "
    "catalogue aside.",
    "backup.no_space": "Free some space, or name a folder on another disk.",
}
PAGE: dict[str, str] = {}
