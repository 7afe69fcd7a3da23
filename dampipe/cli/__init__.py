"""The command line: the commands of all features, and those that run a deployment.

Exit codes are documented in docs/cli.md.
"""

from collections.abc import Mapping

from dampipe.app.features import features
from dampipe.cli.group import LazyGroup
from dampipe.kernel.feature import Command

DEPLOYMENT = {
    "up": Command("Run a whole deployment on this machine.", "dampipe.cli.up:command"),
    "worker": Command("Run one worker, here or on another machine.", "dampipe.cli.worker:command"),
    "serve": Command("Run the web server.", "dampipe.cli.serve:command"),
    "relay": Command("Deliver events to subscribers.", "dampipe.cli.relay:command"),
    "broker": Command("Run the embedded broker.", "dampipe.cli.broker:command"),
    "beat": Command("Run the clock that starts the sweep.", "dampipe.cli.beat:command"),
    "flower": Command("Run Flower.", "dampipe.cli.flower:command"),
    "demo": Command("Show the main job on made-up or your own footage.", "dampipe.cli.demo:command"),
    "doctor": Command("What this machine can do, and what to fix.", "dampipe.cli.doctor:command"),
    "config": Command("List all settings.", "dampipe.cli.config:command"),
}
"""Commands that belong to no feature."""


def commands() -> Mapping[str, Command]:
    """All commands by name."""
    found: dict[str, Command] = {}
    for feature in features():
        found |= feature.commands
    return found | DEPLOYMENT


main = LazyGroup(commands())
"""The group of commands: loads a command's file when it is called, and turns errors into exit codes."""
