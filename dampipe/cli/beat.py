"""`dampipe beat`"""

import click

from dampipe.app.load_settings import load_settings
from dampipe.cli.celery_program import run_celery


@click.command(name="beat")
def command() -> None:
    """Run the scheduler of periodic jobs; a deployment needs exactly one."""
    settings = load_settings()
    (settings.home / "broker").mkdir(parents=True, exist_ok=True)
    run_celery("beat", "--pidfile=", "--loglevel", "WARNING")
