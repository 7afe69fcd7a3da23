"""When a sync is started and what it verifies: settings that are read, and written into dampipe.toml."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from dampipe.features.scanning.errors import SCHEDULE_INVALID, SETTING_FROM_ENVIRONMENT
from dampipe.kernel.access import MANAGE, STATUS, Actor, require
from dampipe.kernel.errors import Conflict, InvalidInput
from dampipe.kernel.settings.cron import check_schedule
from dampipe.kernel.settings.file import is_in_environment, setting_in_file, write_setting
from dampipe.kernel.settings.settings import Settings

NAMES = {"schedule": "sync_schedule", "percent": "verify_percent", "minutes": "verify_minutes"}
"""Names of the settings by those of the fields."""


class NightlySettings(BaseModel):
    """What is to change; None: it stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schedule: str | None = None
    percent: float | None = None
    minutes: float | None = None


class SyncReport(BaseModel):
    """When a sync is started, and what it does besides scans."""

    model_config = ConfigDict(frozen=True)

    schedule: str
    """A crontab line; empty: no sync is started by dampipe itself."""
    percent: float
    """Share of the files that is read again, in per cent."""
    minutes: float
    """Time for reading them."""
    backs_up: bool
    """Whether a backup is made (the setting backup_folder)."""
    fixed: tuple[str, ...] = ()
    """Those of `schedule`, `percent` and `minutes` that the server's environment sets: they cannot be changed here."""
    needs_restart: bool = False
    """Whether dampipe.toml has other values than those with which the server was started."""


class SyncSettings:
    """The settings of the nightly sync."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, actor: Actor) -> SyncReport:
        """As dampipe.toml has them now."""
        require(actor, STATUS)
        running: dict[str, Any] = {key: getattr(self._settings, name) for key, name in NAMES.items()}
        fixed = tuple(key for key, name in NAMES.items() if is_in_environment(name))
        written = {key: setting_in_file(name) for key, name in NAMES.items() if key not in fixed}
        now = {**running, **{key: value for key, value in written.items() if value is not None}}
        return SyncReport(
            **now,
            backs_up=bool(self._settings.backup_folder),
            fixed=fixed,
            needs_restart=now != running,
        )

    def change(self, actor: Actor, wanted: NightlySettings) -> SyncReport:
        """Write what is given. Raises InvalidInput for a schedule that is not valid or a file that cannot be written,
        Conflict for a setting of the environment; nothing is written then.
        """
        require(actor, MANAGE)
        changes = wanted.model_dump(exclude_none=True)
        if changes.get("schedule"):
            try:
                changes["schedule"] = check_schedule(changes["schedule"])
            except ValueError as error:
                raise InvalidInput(SCHEDULE_INVALID, problem=str(error)) from error
        for key in changes:
            if is_in_environment(NAMES[key]):
                raise Conflict(SETTING_FROM_ENVIRONMENT, variable=f"DAMPIPE_{NAMES[key].upper()}")
        for key, value in changes.items():
            write_setting(NAMES[key], value)
        return self.read(actor)
