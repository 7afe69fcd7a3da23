"""`dampipe beat`"""

import os
import sys

import click

from dampipe.settings import load_settings


@click.command(name="beat")
def command() -> None:
    """Run the clock that starts the sweep; one for a whole deployment is enough."""
    settings = load_settings()
    (settings.home / "broker").mkdir(parents=True, exist_ok=True)
    arguments = [sys.executable, "-m", "celery", "--quiet", "-A", "workers.app", "beat"]
    os.execv(sys.executable, [*arguments, "--pidfile=", "--loglevel", "WARNING"])
