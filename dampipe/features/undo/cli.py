"""`dampipe undo`"""

import click

from dampipe.features.undo.service import UndoService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.command(name="undo")
@click.argument("edit", type=WholeNumber(1), required=False)
@click.option("--list", "is_list", is_flag=True, help="List edits instead, newest first.")
@click.option("--everybody", is_flag=True, help="With --list: those of all actors.")
@click.option("--limit", type=WholeNumber(1, 1000), default=20, show_default=True, help="With --list.")
@json_option
def command(edit: int | None, is_list: bool, everybody: bool, limit: int, as_json: bool) -> None:
    """Undo EDIT, by default the last one: a change of collections, subclips, comments or links.

    Rows that were changed since stay as they are. An undo can be undone. `dampipe metadata undo` undoes changes of
    fields, `dampipe version undo` those of versions.
    """
    if is_list and edit is not None:
        raise click.UsageError("give EDIT or --list")
    if everybody and not is_list:
        raise click.UsageError("--everybody needs --list")
    if is_list:
        found = service(UndoService).edits(LOCAL, everybody=everybody, limit=limit)
        if as_json:
            print_json(found)
        elif not found:
            click.echo("nothing was changed yet that can be undone")
        else:
            rows = [
                (
                    str(one.id),
                    f"{one.at:%Y-%m-%d %H:%M}",
                    one.actor,
                    one.summary + (" (undone)" if one.undone_at else ""),
                )
                for one in found
            ]
            say(table(["edit", "at", "by", "what"], rows, right=["edit"]))
        return
    done = service(UndoService).undo(LOCAL, edit)
    if as_json:
        print_json(done)
        return
    click.echo(f"undone: {done.undone.summary}; {plural(done.restored, 'row')} restored")
    if done.left:
        click.echo(f"{plural(done.left, 'row')} left as they are:")
        for one in done.examples:
            click.echo(f"  {one.what}: {one.reason}")
