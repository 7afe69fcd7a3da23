"""`dampipe vocabulary …`: make, show, import and export vocabularies, and change their terms."""

import sys
from pathlib import Path

import click

from dampipe.features.vocabularies.errors import (
    FILE_TOO_LARGE,
    FILE_UNREADABLE,
    FILE_UNWRITABLE,
    FORMAT_UNKNOWN,
)
from dampipe.features.vocabularies.importer import Missing
from dampipe.features.vocabularies.model import (
    PATH_SEPARATOR,
    SUFFIXES,
    FileFormat,
    ImportReport,
    LabelKind,
    LabelReport,
    NewTerm,
    NewVocabulary,
    NoteKind,
    NoteReport,
    OperationReport,
    TermChange,
    TermDetails,
    TermEdit,
    TermReport,
    VocabularyChange,
)
from dampipe.features.vocabularies.service import MAX_FILE, VocabularyService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, TooLarge
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table

FORMATS = [one.value for one in FileFormat]
language_option = click.option("--language", help="Language of the labels: a BCP 47 tag such as de-AT.")
_AT_ONCE = 500


@click.group(name="vocabulary")
def command() -> None:
    """Keep vocabularies: trees of terms with labels in several languages and synonyms.

    A TERM is named by its key, a label, a synonym, or a path: "Places > Europe > Malta".
    """


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the vocabularies with the numbers of their terms."""
    found = service(VocabularyService).all(LOCAL)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no vocabularies yet: `dampipe vocabulary create KEY` makes one")
    else:
        numbers = ["terms", "proposed", "retired"]
        rows = [
            (
                one.key,
                one.label,
                "open" if one.open else "strict",
                ", ".join(one.languages),
                str(one.terms),
                str(one.proposed),
                str(one.retired),
            )
            for one in found
        ]
        say(table(["vocabulary", "label", "rule", "languages", *numbers], rows, right=numbers))


@command.command(name="create")
@click.argument("key")
@click.option("--label", help="What people call it; default: KEY.")
@click.option("--open", "is_open", is_flag=True, help="Let people propose terms, which a manager approves.")
@click.option(
    "--language", "languages", multiple=True, help="The default language first; default: en. Repeatable."
)
@json_option
def create(key: str, label: str | None, is_open: bool, languages: tuple[str, ...], as_json: bool) -> None:
    """Make a vocabulary. Only managers add terms to it, unless it is open."""
    request = NewVocabulary(key=key, label=label, open=is_open, languages=languages)
    made = service(VocabularyService).create(LOCAL, request)
    if as_json:
        print_json(made)
    else:
        click.echo(f"{made.key} is made: {'open' if made.open else 'strict'}, {', '.join(made.languages)}")


@command.command(name="set")
@click.argument("vocabulary")
@click.option("--label", help="What people call it.")
@click.option("--rule", type=click.Choice(["open", "strict"]), help="Whether people may propose terms.")
@click.option("--language", "languages", multiple=True, help="The default language first. Repeatable.")
@json_option
def set_(
    vocabulary: str, label: str | None, rule: str | None, languages: tuple[str, ...], as_json: bool
) -> None:
    """Change the label, the rule or the languages of a vocabulary."""
    is_open = None if rule is None else rule == "open"
    request = VocabularyChange(label=label, open=is_open, languages=languages)
    made = service(VocabularyService).update(LOCAL, vocabulary, request)
    if as_json:
        print_json(made)
    else:
        click.echo(
            f"{made.key}: {made.label}, {'open' if made.open else 'strict'}, {', '.join(made.languages)}"
        )


@command.command(name="show")
@click.argument("vocabulary")
@click.argument("term", required=False)
@click.option("--depth", type=WholeNumber(1, 100), default=2, help="Levels of the tree; default: 2.")
@click.option("--retired", is_flag=True, help="With retired terms.")
@click.option("--limit", type=WholeNumber(1, 1_000_000), default=1000, help="Most terms; default: 1000.")
@language_option
@json_option
def show(
    vocabulary: str,
    term: str | None,
    depth: int,
    retired: bool,
    limit: int,
    language: str | None,
    as_json: bool,
) -> None:
    """Show a vocabulary as a tree; with TERM, all of this term and the tree below it."""
    vocabularies = service(VocabularyService)
    details = None if term is None else vocabularies.term(LOCAL, vocabulary, term, language=language)
    tree = _Tree(vocabularies, vocabulary, language, retired, limit)
    below = tree.below(details.key if details else None, depth)
    if as_json:
        print_json({"term": details.model_dump(mode="json") if details else None, "tree": below})
        return
    if details is not None:
        _show_details(details)
    elif not below:
        click.echo(f"{vocabulary} has no terms yet: `dampipe vocabulary add {vocabulary} LABEL` adds one")
    for line in tree.lines(below):
        click.echo(line)
    if tree.is_cut:
        click.echo(f"… cut after {plural(limit, 'term')}; --limit shows more")


class _Tree:
    """Reads the tree below a term, level by level."""

    def __init__(
        self, service: VocabularyService, key: str, language: str | None, retired: bool, left: int
    ) -> None:
        self._service = service
        self._key = key
        self._language = language
        self._retired = retired
        self._left = left
        self.is_cut = False

    def below(self, parent: str | None, depth: int) -> list[dict[str, object]]:
        """The terms below one, as JSON."""
        found: list[dict[str, object]] = []
        cursor = None
        while depth > 0:
            page = self._service.level(
                LOCAL,
                self._key,
                parent,
                language=self._language,
                limit=_AT_ONCE,
                cursor=cursor,
                retired=self._retired,
            )
            for one in page.terms:
                if not self._left:
                    self.is_cut = True
                    return found
                self._left -= 1
                below = self.below(one.key, depth - 1) if one.narrower or self._retired else []
                found.append({**one.model_dump(mode="json", exclude={"path"}), "terms": below})
            cursor = page.next
            if cursor is None:
                break
        return found

    def lines(self, terms: list[dict[str, object]], indent: str = "") -> list[str]:
        """The tree as text."""
        found: list[str] = []
        for one in terms:
            below = one["terms"]
            assert isinstance(below, list)
            narrower = one["narrower"]
            assert isinstance(narrower, int)
            more = f" (+{narrower})" if narrower and not below else ""
            state = "" if one["state"] == "active" else f" [{one['state']}]"
            found.append(f"{indent}{one['label']}{state}{more}")
            found += self.lines(below, indent + "  ")
        return found


def _show_details(details: TermDetails) -> None:
    rows = [("key", details.key), ("state", details.state.value)]
    if details.path:
        rows.append(("below", f" {PATH_SEPARATOR} ".join(details.path)))
    if details.also_below:
        rows.append(("also below", ", ".join(details.also_below)))
    if details.merged_into:
        rows.append(("merged into", details.merged_into))
    if details.uri:
        rows.append(("uri", details.uri))
    rows += [(f"{label.kind.value} {label.language}".strip(), label.text) for label in details.labels]
    rows += [(f"{note.kind.value} {note.language}".strip(), note.text) for note in details.notes]
    rows += [(name, str(count)) for name, count in (details.uses or {}).items()]
    say(table(["", ""], rows))


@command.command(name="add")
@click.argument("vocabulary")
@click.argument("label")
@click.option("--below", "parent", metavar="TERM", help="Below this term; default: at the top.")
@click.option("--synonym", "synonyms", multiple=True, help="Another label that finds it. Repeatable.")
@click.option("--key", help="Its key; default: made of the label.")
@language_option
@json_option
def add(
    vocabulary: str,
    label: str,
    parent: str | None,
    synonyms: tuple[str, ...],
    key: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Add a term. One that was retired becomes active again, with its values."""
    request = NewTerm(label=label, language=language, parent=parent, synonyms=synonyms, key=key)
    _show_change(service(VocabularyService).add(LOCAL, vocabulary, request), as_json)


@command.command(name="find")
@click.argument("vocabulary")
@click.argument("text")
@click.option("--limit", type=WholeNumber(1, 1000), default=50, help="Most terms; default: 50.")
@language_option
@json_option
def find(vocabulary: str, text: str, limit: int, language: str | None, as_json: bool) -> None:
    """Find terms with a label or synonym that contains TEXT."""
    found = service(VocabularyService).find(LOCAL, vocabulary, text, language=language, limit=limit).terms
    _show_terms(found, as_json, "no term has such a label")


@command.command(name="proposals")
@click.argument("vocabulary")
@language_option
@json_option
def proposals(vocabulary: str, language: str | None, as_json: bool) -> None:
    """List the terms that people have proposed, oldest first."""
    vocabularies = service(VocabularyService)
    found: list[TermReport] = []
    cursor = None
    while True:
        page = vocabularies.proposals(LOCAL, vocabulary, language=language, limit=_AT_ONCE, cursor=cursor)
        found += page.terms
        cursor = page.next
        if cursor is None:
            break
    _show_terms(found, as_json, "nothing is proposed")


@command.command(name="rename")
@click.argument("vocabulary")
@click.argument("term")
@click.argument("label")
@click.option("--keep", is_flag=True, help="Keep the old label as a synonym.")
@language_option
@json_option
def rename(vocabulary: str, term: str, label: str, keep: bool, language: str | None, as_json: bool) -> None:
    """Give TERM another preferred label; its key and values stay."""
    done = service(VocabularyService).rename(LOCAL, vocabulary, term, label, language=language, keep=keep)
    _show_change(done, as_json)


@command.command(name="edit")
@click.argument("vocabulary")
@click.argument("term")
@click.option("--label", "labels", multiple=True, help="A preferred label in the language. Repeatable.")
@click.option("--synonym", "synonyms", multiple=True, help="Another label that finds it. Repeatable.")
@click.option("--hidden", multiple=True, help="A label that finds it and is never shown. Repeatable.")
@click.option(
    "--remove", multiple=True, help="Remove this label, of any language unless one is given. Repeatable."
)
@click.option("--note", help="What it is for, in the language; an empty one is removed.")
@click.option(
    "--note-kind",
    type=click.Choice([one.value for one in NoteKind]),
    default=NoteKind.SCOPE.value,
    help="Kind of the note, as in SKOS; default: scopeNote.",
)
@click.option("--language", help="Of what is added: a BCP 47 tag; default: that of the vocabulary.")
@json_option
def edit(
    vocabulary: str,
    term: str,
    labels: tuple[str, ...],
    synonyms: tuple[str, ...],
    hidden: tuple[str, ...],
    remove: tuple[str, ...],
    note: str | None,
    note_kind: str,
    language: str | None,
    as_json: bool,
) -> None:
    """Add and remove labels, synonyms and a note of TERM."""
    vocabularies = service(VocabularyService)
    given = language
    if given is None:
        given = vocabularies.get(LOCAL, vocabulary).languages[0]
    kinds = ((LabelKind.PREFERRED, labels), (LabelKind.ALTERNATIVE, synonyms), (LabelKind.HIDDEN, hidden))
    request = TermEdit(
        add=tuple(
            LabelReport(text=text, language=given, kind=kind) for kind, texts in kinds for text in texts
        ),
        remove=remove,
        language=language,
        notes=() if note is None else (NoteReport(text=note, language=given, kind=NoteKind(note_kind)),),
    )
    _show_change(vocabularies.edit(LOCAL, vocabulary, term, request), as_json)


@command.command(name="move")
@click.argument("vocabulary")
@click.argument("term")
@click.option("--below", "parent", metavar="TERM", help="Below this term.")
@click.option("--to-top", is_flag=True, help="To the top.")
@click.option("--position", type=WholeNumber(0, 1_000_000), help="Its place among its siblings.")
@json_option
def move(
    vocabulary: str, term: str, parent: str | None, to_top: bool, position: int | None, as_json: bool
) -> None:
    """Put TERM with its branch elsewhere; values stay."""
    vocabularies = service(VocabularyService)
    if (parent is not None) == to_top and not (position is not None and not to_top):
        raise click.UsageError("give --below TERM or --to-top")
    if parent is None and not to_top:
        parent = vocabularies.term(LOCAL, vocabulary, term).parent
    _show_change(vocabularies.move(LOCAL, vocabulary, term, parent, position=position), as_json)


@command.command(name="merge")
@click.argument("vocabulary")
@click.argument("term")
@click.argument("target")
@json_option
def merge(vocabulary: str, term: str, target: str, as_json: bool) -> None:
    """Merge TERM into TARGET, which gets its values, its narrower terms and its labels as synonyms."""
    _show_change(service(VocabularyService).merge(LOCAL, vocabulary, term, target), as_json)


@command.command(name="retire")
@click.argument("vocabulary")
@click.argument("term")
@click.option("--with-narrower", is_flag=True, help="The terms below it as well.")
@json_option
def retire(vocabulary: str, term: str, with_narrower: bool, as_json: bool) -> None:
    """Let TERM not be used any more; values that have it keep it."""
    done = service(VocabularyService).retire(LOCAL, vocabulary, term, with_narrower=with_narrower)
    _show_change(done, as_json)


@command.command(name="approve")
@click.argument("vocabulary")
@click.argument("term")
@json_option
def approve(vocabulary: str, term: str, as_json: bool) -> None:
    """Let a proposed TERM be an active one."""
    _show_change(service(VocabularyService).approve(LOCAL, vocabulary, term), as_json)


@command.command(name="log")
@click.argument("vocabulary")
@click.option("--limit", type=WholeNumber(1, 10_000), default=50, help="Most operations; default: 50.")
@json_option
def log(vocabulary: str, limit: int, as_json: bool) -> None:
    """Show what was done with the terms of a vocabulary, newest first."""
    found = service(VocabularyService).operations(LOCAL, vocabulary, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing was done yet")
    else:
        rows = [(str(one.id), _time(one), one.actor, _summary(one)) for one in found]
        say(table(["number", "time", "by", "what"], rows, right=["number"]))


@command.command(name="undo")
@click.argument("vocabulary")
@click.argument("operation", type=WholeNumber(1, 2**31 - 1), required=False)
@json_option
def undo(vocabulary: str, operation: int | None, as_json: bool) -> None:
    """Undo an operation, by its number in the log; default: the newest."""
    done = service(VocabularyService).undo(LOCAL, vocabulary, operation)
    if as_json:
        print_json(done)
    else:
        click.echo(f"undone: {done.summary}")


@command.command(name="import")
@click.argument("vocabulary")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: by the end of the file's name.")
@click.option("--scheme", help="URI of the concept scheme to import, where the file has several.")
@click.option(
    "--missing",
    type=click.Choice([one.value for one in Missing]),
    default=Missing.AUTO.value,
    help="What happens to terms that the file lacks: auto (SKOS retires them, unless most are lacking; CSV keeps them),"
    " retire or keep.",
)
@click.option(
    "--overwrite", is_flag=True, help="Replace what people wrote here where a SKOS file says otherwise."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def import_(
    vocabulary: str,
    file: Path,
    kind: str | None,
    scheme: str | None,
    missing: str,
    overwrite: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import terms from FILE: SKOS as Turtle, RDF/XML, JSON-LD or N-Triples, or CSV; - is standard input.

    Terms that exist are found by their URI or key; they keep their keys and values.
    """
    file_format = _format(file, kind)
    report = service(VocabularyService).import_file(
        LOCAL,
        vocabulary,
        _read(file),
        file_format,
        name=file.name,
        scheme=scheme,
        missing=Missing(missing),
        overwrite=overwrite,
        dry_run=dry_run,
    )
    if as_json:
        print_json(report)
    else:
        _show_import(report)


@command.command(name="export")
@click.argument("vocabulary")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: by the end of the file's name.")
def export(vocabulary: str, file: Path, kind: str | None) -> None:
    """Write a vocabulary to FILE, as SKOS or CSV; - is standard output."""
    data = service(VocabularyService).export_file(LOCAL, vocabulary, _format(file, kind))
    if str(file) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        raise InvalidInput(FILE_UNWRITABLE, path=file, problem=error.strerror) from error
    click.echo(f"{vocabulary} written to {file}")


def _format(file: Path, kind: str | None) -> FileFormat:
    found = FileFormat(kind) if kind else SUFFIXES.get(file.suffix.lower())
    if found is None:
        raise InvalidInput(FORMAT_UNKNOWN, name=file.name, formats=", ".join(FORMATS))
    return found


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MAX_FILE + 1)
        else:
            with file.open("rb") as stream:
                data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise InvalidInput(FILE_UNREADABLE, path=file, problem=error.strerror) from error
    if len(data) > MAX_FILE:
        raise TooLarge(FILE_TOO_LARGE, limit=MAX_FILE >> 20)
    return data


def _show_import(report: ImportReport) -> None:
    would = "would be " if report.dry_run else ""
    click.echo(
        f"{plural(report.added, 'term')} {would}added, {report.changed} changed, {report.retired} retired,"
        f" {report.unchanged} unchanged"
    )
    if report.kept:
        click.echo(
            f"{plural(report.kept, 'term')} {would}kept as people wrote them here; --overwrite replaces it"
        )
    for text in report.examples:
        click.echo(f"  {text}")
    for text in report.notices:
        click.echo(f"note: {text}")
    if report.operation is not None:
        click.echo(f"operation {report.operation.id}; `dampipe vocabulary undo` takes it back")


def _show_change(done: TermChange, as_json: bool) -> None:
    if as_json:
        print_json(done)
    elif done.operation is None:
        click.echo(f"{done.term.label} is there already, as {done.term.key} ({done.term.state.value})")
    else:
        click.echo(f"{done.operation.summary} ({done.term.key})")


def _show_terms(found: "list[TermReport] | tuple[TermReport, ...]", as_json: bool, none: str) -> None:
    if as_json:
        print_json(list(found))
    elif not found:
        click.echo(none)
    else:
        rows = [(one.key, one.label, f" {PATH_SEPARATOR} ".join(one.path), one.state.value) for one in found]
        say(table(["key", "label", "below", "state"], rows))


def _time(operation: OperationReport) -> str:
    return operation.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _summary(operation: OperationReport) -> str:
    return operation.summary + (f" (undone by {operation.undone_by})" if operation.undone_at else "")
