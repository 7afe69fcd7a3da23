"""The options of a question, for every command that asks one."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from dampipe.features.search.model import MOST, Filter, Only, Orientation, Query
from dampipe.media.info import MediaKind

FILTERS = (
    click.option("--source", multiple=True, help="Only footage of this source."),
    click.option("--folder", multiple=True, help="Only footage in this folder, by path or name."),
    click.option("--since", default="", metavar="DATE", help="Recorded then or later: 2024, 2024-05-17."),
    click.option("--until", default="", metavar="DATE", help="Recorded then or earlier."),
    click.option("--camera", multiple=True, help="Make or model, or a part of it."),
    click.option("--duration", default="", metavar="RANGE", help="Seconds: 10-60, 10+, 1:00-."),
    click.option("--codec", multiple=True, help="h264, hevc, prores …"),
    click.option("--resolution", default="", metavar="RANGE", help="1080p, 4k+, 720p-, 720-1080."),
    click.option(
        "--orientation", multiple=True, type=click.Choice([str(one) for one in Orientation]), help="As shown."
    ),
    click.option("--tag", multiple=True, help="Only what has this tag; several: all of them."),
    click.option(
        "--kind", multiple=True, type=click.Choice([str(one) for one in MediaKind]), help="What it is."
    ),
)
_UNWANTED = re.compile(r"-[^\W\d_]{2}")
QUESTION = (
    click.argument("words", nargs=-1),
    click.option("--without", multiple=True, metavar="WORDS", help="What must not be in the picture."),
    click.option(
        "--image", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What looks like this."
    ),
    click.option("--like", multiple=True, metavar="ASSET@TIME", help="What looks like this moment, or all of an asset."),
    click.option("--only", type=click.Choice([str(one) for one in Only]), help="Where to look."),
    *FILTERS,
    click.option("--flat", is_flag=True, help="A line a moment instead of a line an asset."),
    click.option(
        "--moments", default=3, show_default=True, type=click.IntRange(1, 100),
        help="Most moments of one asset.",
    ),
    click.option("--strong", is_flag=True, help="Leave weak hits out."),
    click.option(
        "-n", "--limit", default=10, show_default=True, type=click.IntRange(1, MOST), help="Most hits."
    ),
    click.option(
        "--offset", default=0, show_default=True, type=click.IntRange(0, 100_000),
        help="Skip so many hits: the next page.",
    ),
)  # fmt: skip


class SearchCommand(click.Command):
    """A command that takes `-word` as a word that is not wanted, as within quotes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """No option of one letter is followed by another letter, so nothing else can be meant."""
        end = args.index("--") if "--" in args else len(args)
        options = [one for one in self.params if isinstance(one, click.Option) and not one.is_flag]
        valued = {name for one in options for name in one.opts}
        for place in range(end - 1, -1, -1):
            if _UNWANTED.match(args[place]) and (place == 0 or args[place - 1] not in valued):
                args[place : place + 1] = ["--without", args[place][1:]]
        return super().parse_args(ctx, args)


def question(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options that `read` makes a Query of."""
    for option in reversed(QUESTION):
        command = option(command)
    return command


def read(words: tuple[str, ...], image: Path | None, **given: Any) -> Query:
    """The question that was asked. Raises click.UsageError for one that makes no sense."""
    of_filter = {name: given.pop(name) for name in Filter.model_fields}
    try:
        picture = image.read_bytes() if image else None
        return Query(words=" ".join(words), image=picture, filter=Filter(**of_filter), **given)
    except ValidationError as error:
        first = error.errors()[0]
        raise click.UsageError(first["msg"].removeprefix("Value error, ")) from error
