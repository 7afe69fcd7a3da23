"""The group of commands: loads a command's file when it is called, and turns errors into exit codes."""

import errno
import logging
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

import click

from dampipe.app.lazy_import import collector_off
from dampipe.app.remedies import remedies
from dampipe.kernel.errors import DampipeError, ExitCode
from dampipe.kernel.faces import stdio
from dampipe.kernel.faces.remedies import CLI
from dampipe.kernel.feature import Command, load_dotted
from dampipe.kernel.private_files import make_process_private
from dampipe.kernel.version import __version__

T = TypeVar("T")


class LazyGroup(click.Group):
    """`dampipe`. Importing a command costs; listing them does not.

    A command called `version carry` is below the group `version`, be it that of another feature.
    """

    def __init__(self, commands: Mapping[str, Command]) -> None:
        super().__init__(
            name="dampipe",
            help="Turn a folder of footage into a library that is searched in plain words.",
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self._below = {name: one for name, one in commands.items() if " " in name}
        self._known = {name: one for name, one in commands.items() if " " not in name}
        for name, one in self._below.items():
            self._known.setdefault(name.partition(" ")[0], Command(one.summary, ""))
        click.version_option(__version__, prog_name="dampipe")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a person meets them."""
        return list(self._known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command's file."""
        if cmd_name not in self._known and cmd_name not in self._below:
            return None
        with collector_off():
            if cmd_name in self._below:
                return self._loaded(self._below[cmd_name])
            known = self._known[cmd_name]
            command = self._loaded(known) if known.target else click.Group(cmd_name, help=known.summary)
            for name, one in self._below.items():
                group, _, below = name.partition(" ")
                if group == cmd_name and isinstance(command, click.Group) and below not in command.commands:
                    command.add_command(self._loaded(one), below)
        return command

    @staticmethod
    def _loaded(one: Command) -> click.Command:
        command: click.Command = load_dotted(one.target)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; a slip of the keyboard is answered with what is near."""
        if args[0] not in self._known and not args[0].startswith("-"):
            near = get_close_matches(args[0], self._known, n=1)
            meant = f": did you mean `dampipe {near[0]}`?" if near else ""
            raise click.UsageError(f"there is no command {args[0]!r}{meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without loading anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.summary) for name, one in self._known.items()])

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run, with one line for every error that has a name."""
        stdio.prepare()
        make_process_private()
        logging.raiseExceptions = False  # a full disk would fill the terminal with tracebacks
        try:
            # What `Context.exit` was called with; None from a command that just ends.
            code = super().main(args, **{**extra, "standalone_mode": False, "obj": _Services()})
        except click.exceptions.Exit as done:
            sys.exit(done.exit_code)
        except click.ClickException as error:
            command = _command(getattr(error, "ctx", None))
            if isinstance(error, click.exceptions.NoArgsIsHelpError):
                error.show()  # the help itself
            else:
                click.echo(f"dampipe: {error.format_message()}", err=True)
                click.echo(f"  Run `{command} --help` to see the options and commands.", err=True)
            sys.exit(ExitCode.USAGE)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(ExitCode.INTERRUPTED)
        except DampipeError as error:
            say_error(error)
            sys.exit(error.exit_code)
        except BrokenPipeError:  # the reader (`head`, say) has seen enough
            stdio.give_up_output()
            sys.exit(ExitCode.OK)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            stdio.give_up_output()
            click.echo("dampipe: no space is left where this is to be written", err=True)
            sys.exit(ExitCode.STORAGE_FULL)
        sys.exit(code if isinstance(code, int) else ExitCode.OK)


class _Services:
    """The services of this process, with the catalogue's schema brought up at the first use.

    A command ends soon, so it has texts encoded by a running server instead of loading a model.
    """

    def get(self, kind: type[T]) -> T:
        from dampipe.app.container import process_container  # imports the whole application

        container = process_container(asks_server=True)
        container.set_up()
        return container.get(kind)


def say_error(error: DampipeError) -> None:
    """One line for what happened, one for what to do next."""
    click.echo(f"dampipe: {error}", err=True)
    if next_step := remedies().word(error, CLI):
        click.echo(f"  {next_step}", err=True)


def _command(context: click.Context | None) -> str:
    """What was typed of the command, options aside: `dampipe source add`."""
    names: list[str] = []
    while context is not None and context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(["dampipe", *names])
