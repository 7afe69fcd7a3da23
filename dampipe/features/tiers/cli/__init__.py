"""`dampipe tier …`: policies and plans, where copies are, and having archived ones restored."""

import click

from dampipe.features.tiers.cli.apply import apply, cancel, pause, resume
from dampipe.features.tiers.cli.plan import plan
from dampipe.features.tiers.cli.policy import policy
from dampipe.features.tiers.cli.restore import restore, restores
from dampipe.features.tiers.cli.status import status
from dampipe.features.tiers.cli.trash import keep, trash
from dampipe.features.tiers.cli.where import where


@click.group(name="tier")
def command() -> None:
    """Say which copies assets must have, move them, and get back what is archived."""


for one in (
    policy,
    plan,
    apply,
    pause,
    resume,
    cancel,
    trash,
    keep,
    status,
    where,
    restore,
    restores,
):
    command.add_command(one)
