"""`dampipe beat`"""

import click

from dampipe.app.load_settings import load_settings
from dampipe.cli.celery_program import run_celery
from dampipe.kernel.private_files import make_folder


@click.command(name="beat")
def command() -> None:
    """Run the scheduler of periodic jobs; a deployment needs exactly one."""
    settings = load_settings()
    make_folder(settings.home / "broker")
    run_celery("beat", "--pidfile=", "--loglevel", "WARNING")
