"""`dampipe beat`"""

import click

from dampipe.app.load_settings import load_settings
from dampipe.cli.celery_program import run_celery


@click.command(name="beat")
def command() -> None:
    """Run the clock that starts the sweep; one for a whole deployment is enough."""
    settings = load_settings()
    (settings.home / "broker").mkdir(parents=True, exist_ok=True)
    run_celery("beat", "--pidfile=", "--loglevel", "WARNING")
