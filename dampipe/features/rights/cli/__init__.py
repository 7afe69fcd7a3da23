"""`dampipe rights licence|explain|check|policy`"""

import click

from dampipe.features.rights.cli.licence import licence
from dampipe.features.rights.cli.policy import policy
from dampipe.features.rights.cli.use import check, explain


@click.group(name="rights")
def command() -> None:
    """Keep licences, and check what may be used where, how and when."""


for one in (licence, explain, check, policy):
    command.add_command(one)
