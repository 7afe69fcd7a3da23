"""The arguments and options of a search, derived from the request and from the registry of filter fields."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from dampipe.features.search.model import (
    MAX_LIMIT,
    MAX_MOMENTS,
    MAX_OFFSET,
    Only,
    SearchRequest,
    quote_unwanted,
)
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.filter import FilterField, FilterRegistry

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class SearchCommand(click.Command):
    """A command that takes `-word` for an unwanted word, as within quotes, and not for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move unwanted words behind `--`, where they are words; `-n5` stays an option."""
        end = args.index("--") if "--" in args else len(args)
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        names = {name for option in options for name in option.opts}
        valued = {name for option in options if not option.is_flag for name in option.opts}
        kept: list[str] = []
        unwanted: list[str] = []
        for previous, argument in zip(["", *args], args[:end], strict=False):
            is_option = argument[:2] in names and not argument[2:3].isalpha()
            quoted = None if is_option or previous in valued else quote_unwanted(argument)
            if quoted is None:
                kept.append(argument)
            else:
                unwanted.append(quoted)
        return super().parse_args(ctx, [*kept, "--", *unwanted, *args[end + 1 :]])


def search_options(registry: FilterRegistry) -> Decorator:
    """Add the arguments and options of a SearchRequest to a command function; see `search_request`."""
    described = {name: field.description for name, field in SearchRequest.model_fields.items()}
    parameters: tuple[Decorator, ...] = (
        click.argument("words", nargs=-1),
        click.option("--without", multiple=True, metavar="WORDS", help=described["without"]),
        click.option(
            "--image",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="What looks like this picture: JPEG, PNG or WebP.",
        ),
        click.option("--like", multiple=True, metavar="ASSET@TIME", help=described["like"]),
        click.option("--only", type=click.Choice(tuple(map(str, Only))), help=described["only"]),
        *map(filter_option, registry.values()),
        click.option("--all-versions", is_flag=True, help=described["all_versions"]),
        click.option("--flat", is_flag=True, help=described["flat"]),
        click.option(
            "--moments",
            default=3,
            show_default=True,
            type=WholeNumber(1, MAX_MOMENTS),
            help=described["moments"],
        ),
        click.option(
            "--strong/--weak", default=True, help="Leave weak hits out (the default), or show them, too."
        ),
        click.option(
            "-n",
            "--limit",
            default=10,
            show_default=True,
            type=WholeNumber(1, MAX_LIMIT),
            help=described["limit"],
        ),
        click.option(
            "--offset",
            default=0,
            show_default=True,
            type=WholeNumber(0, MAX_OFFSET),
            help=described["offset"],
        ),
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for parameter in reversed(parameters):
            command = parameter(command)
        return command

    return decorate


def filter_option(field: FilterField[Any]) -> Decorator:
    """The option of a filter field."""
    return click.option(
        f"--{field.name.replace('_', '-')}",
        field.name,
        multiple=field.multiple,
        type=click.Choice(field.choices) if field.choices else str,
        metavar=field.metavar or None,
        help=field.help,
    )


def search_request(
    registry: FilterRegistry, words: tuple[str, ...], image: Path | None, **given: Any
) -> SearchRequest:
    """The request that the parameters of `search_options` make. Raises click.UsageError for an invalid one."""
    filters = {name: given.pop(name) or () for name in registry}
    try:
        request = SearchRequest(
            words=" ".join(words), image=image.read_bytes() if image else None, filters=filters, **given
        )
        registry.parse(request.filters)
    except InvalidInput as error:
        raise click.UsageError(f"{error}. {error.hint}".removesuffix(". ")) from error
    except ValidationError as error:
        raise click.UsageError(error.errors()[0]["msg"]) from error
    return request
