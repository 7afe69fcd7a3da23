"""`dampipe tag suggest|term|review|accept|reject|undo|precision|moments`"""

import click

from dampipe.features.machinetags.model import MachineTag, SchemeRequest, TermRequest, VerdictRequest
from dampipe.features.machinetags.prompts import Facet
from dampipe.features.machinetags.service import MachineTagService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import Number, WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.timecode import clock

_vocabulary = click.option("--vocabulary", metavar="KEY", help="Only terms of this vocabulary.")
_limit = click.option(
    "--limit", default=20, show_default=True, type=WholeNumber(1, 1000), help="Tags at most."
)


@click.command(name="suggest")
@click.argument("vocabulary", required=False)
@click.option(
    "--field", metavar="KEY", help="Field that gets the values; by default the one of the vocabulary."
)
@click.option(
    "--precision",
    type=Number(0, 0.999, above=True),
    help="Share of right values from which a term's values are set without being asked for.",
)
@click.option("--on/--off", "is_on", default=True, help="Whether a model proposes terms of VOCABULARY.")
@click.option("--now", is_flag=True, help="Look for terms here and now, instead of in the background.")
@json_option
def suggest(
    vocabulary: str | None, field: str | None, precision: float | None, is_on: bool, now: bool, as_json: bool
) -> None:
    """Let a model propose terms of VOCABULARY; without it, list the vocabularies that were chosen."""
    tags = service(MachineTagService)
    if vocabulary is not None:
        tags.choose(LOCAL, vocabulary, SchemeRequest(on=is_on, field=field, precision=precision))
    elif field is not None or precision is not None:
        raise click.UsageError("give a vocabulary")
    if now:
        done = tags.run(LOCAL)
        click.echo(
            f"{plural(done.frames, 'frame')} looked at, {plural(done.found, 'tag')} found", err=as_json
        )
    found = tags.schemes(LOCAL)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no vocabulary is chosen yet: `dampipe tag suggest VOCABULARY` chooses one")
    else:
        rows = [
            (
                one.vocabulary,
                one.field,
                "on" if one.on else "off",
                f"{one.precision:.0%}",
                str(one.terms),
                str(one.sensitive),
                str(one.proposed),
                str(one.pending),
            )
            for one in found
        ]
        heads = ["vocabulary", "field", "", "precision", "terms", "sensitive", "to review", "pending"]
        say(table(heads, rows, right=heads[3:]))


@click.command(name="term")
@click.argument("term")
@click.option("--facet", type=click.Choice(list(Facet)), help="What kind of thing the term names.")
@click.option("--prompt", "prompts", multiple=True, help="A text that describes it; may be repeated.")
@click.option("--from-label", is_flag=True, help="Make the prompts of its label again.")
@click.option(
    "--on/--off", "is_on", default=None, help="Whether it is looked for; sensitive terms are not by default."
)
@click.option("--precision", type=Number(0, 0.999, above=True), help="That this term needs.")
@json_option
def term(
    term: str,
    facet: str | None,
    prompts: tuple[str, ...],
    from_label: bool,
    is_on: bool | None,
    precision: float | None,
    as_json: bool,
) -> None:
    """Say how a model looks for TERM."""
    request = TermRequest(
        facet=None if facet is None else Facet(facet),
        prompts=() if from_label else prompts or None,
        on=is_on,
        precision=precision,
    )
    found = service(MachineTagService).set_term(LOCAL, term, request)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found.label}: {'on' if found.on else 'off'}{' (sensitive)' if found.sensitive else ''}")


@click.command(name="review")
@_vocabulary
@_limit
@json_option
def review(vocabulary: str | None, limit: int, as_json: bool) -> None:
    """List proposed tags, those first on which a verdict says most."""
    found = service(MachineTagService).review(LOCAL, vocabulary, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing to review")
    else:
        _show(found)


def _verdict(term: str, assets: tuple[str, ...], *, accept: bool) -> None:
    tags = service(MachineTagService)
    for asset in assets:
        tags.judge(LOCAL, VerdictRequest(sha1=asset, term=term, accept=accept))
    click.echo(f"{term}: {'accepted' if accept else 'rejected'} for {plural(len(assets), 'asset')}")


@click.command(name="accept")
@click.argument("term")
@click.argument("assets", nargs=-1, required=True)
def accept(term: str, assets: tuple[str, ...]) -> None:
    """Say that TERM is right for assets: SHA-1, its first digits, or the path of a file."""
    _verdict(term, assets, accept=True)


@click.command(name="reject")
@click.argument("term")
@click.argument("assets", nargs=-1, required=True)
def reject(term: str, assets: tuple[str, ...]) -> None:
    """Say that TERM is wrong for assets; it is not proposed for their contents again, by any model."""
    _verdict(term, assets, accept=False)


@click.command(name="undo")
def undo() -> None:
    """Take back your last verdict on a proposed tag."""
    done = service(MachineTagService).undo(LOCAL)
    click.echo(f"{done.term}: no longer {'accepted' if done.accepted else 'rejected'} for {done.sha1[:12]}")


@click.command(name="precision")
@click.argument("vocabulary", required=False)
@json_option
def precision(vocabulary: str | None, as_json: bool) -> None:
    """Show how often proposals of each term were right, by the verdicts of people."""
    found = service(MachineTagService).precision(LOCAL, vocabulary)
    if as_json:
        print_json(found)
        return
    rows = []
    for one in found:
        count = one.accepted + one.rejected
        measured = f"{one.accepted} of {count}, {one.least:.0%} to {one.most:.0%}" if count else "no verdicts"
        state = ("sensitive, off" if one.sensitive else "off") if not one.on else "proposed"
        rows.append(
            (
                one.vocabulary,
                one.label,
                measured,
                f"{one.wanted:.0%}",
                "set" if one.on and one.threshold is not None else state,
                str(one.proposed),
                str(one.set),
            )
        )
    heads = ["vocabulary", "term", "accepted", "wanted", "values are", "to review", "set"]
    say(table(heads, rows, right=["wanted", "to review", "set"]))


@click.command(name="moments")
@click.argument("term")
@_limit
@json_option
def moments(term: str, limit: int, as_json: bool) -> None:
    """List the moments for which TERM, or a narrower one, is set or accepted."""
    found = service(MachineTagService).moments(LOCAL, term, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no moments")
    else:
        _show(found)


def _show(found: list[MachineTag]) -> None:
    rows = [
        (
            one.sha1[:12],
            one.label,
            f"{one.score:.1f}",
            " ".join(clock(at.time) for at in one.moments),
            one.name,
        )
        for one in found
    ]
    say(table(["asset", "term", "score", "moments", "name"], rows, right=["score"]))
