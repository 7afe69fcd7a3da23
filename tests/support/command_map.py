"""Which endpoints do what each command does, and where on the page a person does it: the one registry of that.

`python -m tests.support.command_map > docs/commands-and-api.md` writes it for people; `tests/unit/test_command_map.py`
fails where a command, an endpoint or a place is missing.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "commands-and-api.md"
API = "/api/v1"


@dataclass(frozen=True)
class Place:
    """Where a command is besides the command line."""

    endpoints: tuple[str, ...] = ()
    """Method and path below /api/v1."""
    at: str = ""
    """Address of a view, `player` for the dialog of an asset, `list` for what is done with chosen assets in any list,
    or `every view`."""
    act: str = ""
    """What one does there."""
    why_not: str = ""
    """Why it has no endpoint: it belongs to a machine."""


def does(*endpoints: str, at: str, act: str) -> Place:
    """A command that the API and the page have as well."""
    return Place(endpoints, at, act)


def machine(why: str) -> Place:
    """A command that belongs to a machine."""
    return Place(why_not=why)


PROCESS = "runs a program of a deployment on this machine"
FOLDER = "reads and writes a folder of this machine, whether or not there is a library"
COMMANDS: dict[str, Place] = {
    "source add": does("POST /sources", at="/sources", act="Add a source, or Change"),
    "source check": does("POST /sources/{name}/check", at="/sources", act="Check"),
    "source list": does("GET /sources", at="/sources", act="the list"),
    "source remove": does("DELETE /sources/{name}", at="/sources", act="Remove"),
    "show": does("GET /assets/{sha1}", at="player", act="open an asset"),
    "check": does(
        "POST /derivatives/check", "GET /derivatives/check/{check}", at="/verify", act="Check derivatives"
    ),
    "duplicates": does("GET /duplicates", at="/duplicates", act="the list"),
    "duplicates dismiss": does("POST /duplicates/dismiss", at="/duplicates", act="Dismiss"),
    "duplicates reopen": does("POST /duplicates/reopen", at="/duplicates", act="Reopen"),
    "version carry": does("GET /versions/{sha1}/carry", at="/compare", act="versions on one clock"),
    "version list": does("GET /assets/{sha1}/versions", at="player", act="Versions"),
    "version make-current": does(
        "POST /assets/{sha1}/versions/make-current", at="player", act="Versions: Make current"
    ),
    "version split": does("POST /assets/{sha1}/versions/split", at="player", act="Versions: Split off"),
    "version stack": does("POST /assets/{sha1}/versions/stack", at="player", act="Versions: Stack"),
    "version undo": does("POST /assets/{sha1}/versions/undo", at="player", act="Versions: Undo"),
    "verify": does("POST /verifications", "GET /verifications", at="/proofs", act="Verify now"),
    "mhl create": machine(FOLDER),
    "enqueue": does("POST /scans", at="/scans", act="Scan"),
    "scan cancel": does("POST /scans/{scan}/cancel", at="/scans", act="Cancel"),
    "scan list": does("GET /scans", at="/work", act="the scans"),
    "scan pause": does("POST /scans/{scan}/pause", at="/scans", act="Pause"),
    "scan resume": does("POST /scans/{scan}/resume", at="/scans", act="Resume"),
    "scan show": does("GET /scans/{scan}", at="/scans", act="one scan"),
    "sync": does("POST /sync", "GET /sync", "PATCH /sync", at="/sync", act="Sync now, and its settings"),
    "watch-folder": machine("waits for files of a folder of this machine until Ctrl-C"),
    "tier apply": does("POST /tiers/plans/{number}/apply", at="/policies", act="Apply a plan"),
    "tier cancel": does("POST /tiers/plans/{number}/cancel", at="/policies", act="Cancel a plan"),
    "tier keep": does("POST /tiers/trash/keep", at="/policies", act="Keep"),
    "tier pause": does("POST /tiers/plans/{number}/pause", at="/policies", act="Pause a plan"),
    "tier plan": does("POST /tiers/plans", at="/policies", act="Make a plan"),
    "tier plan list": does("GET /tiers/plans", at="/policies", act="the plans"),
    "tier plan show": does(
        "GET /tiers/plans/{number}", "GET /tiers/plans/{number}/actions", at="/policies", act="Show a plan"
    ),
    "tier policy apply": does("PUT /tiers/policy", at="/policies", act="Apply"),
    "tier policy check": does("POST /tiers/policy/check", at="/policies", act="Check"),
    "tier policy history": does("GET /tiers/policies", at="/policies", act="Earlier policies"),
    "tier policy show": does(
        "GET /tiers/policy", "GET /tiers/policies/{number}", at="/policies", act="the editor"
    ),
    "tier restore": does("POST /restore-estimates", "POST /restores", at="player", act="Restore"),
    "tier restores": does(
        "GET /restores",
        "GET /restores/{number}",
        "GET /restores/{number}/files",
        at="/storage",
        act="Restores",
    ),
    "tier resume": does("POST /tiers/plans/{number}/resume", at="/policies", act="Resume a plan"),
    "tier status": does("GET /tiers/usage", "GET /tiers/standing", at="/storage", act="the list of sources"),
    "tier trash": does("GET /tiers/trash", at="/policies", act="Trash"),
    "tier where": does("GET /assets/{sha1}/copies", at="player", act="Copies"),
    "status": does("GET /status", at="every view", act="the line beside the tools"),
    "watch": does("GET /events/stream", at="every view", act="everything follows it"),
    "failures": does("GET /failures", at="/failures", act="the list"),
    "retry": does("POST /retry", at="/failures", act="Retry"),
    "events": does("GET /events", "GET /events/stream", "GET /events/kinds", at="/work", act="What came in"),
    "events skip": does(
        "POST /events/subscribers/{name}/skip",
        "GET /events/subscribers",
        at="/throughput",
        act="Skip the event",
    ),
    "webhook add": does("POST /webhooks", at="/webhooks", act="Add a webhook"),
    "webhook disable": does("POST /webhooks/{name}/disable", at="/webhooks", act="Disable"),
    "webhook enable": does("POST /webhooks/{name}/enable", at="/webhooks", act="Enable"),
    "webhook list": does("GET /webhooks", at="/webhooks", act="the list"),
    "webhook log": does("GET /webhooks/{name}/deliveries", at="/webhooks", act="Deliveries"),
    "webhook remove": does("DELETE /webhooks/{name}", at="/webhooks", act="Remove"),
    "webhook replay": does("POST /webhooks/{name}/replay", at="/webhooks", act="Replay"),
    "webhook rotate": does("POST /webhooks/{name}/rotate", at="/webhooks", act="New secret"),
    "webhook test": does("POST /webhooks/{name}/test", at="/webhooks", act="Test"),
    "undo": does("GET /edits", "POST /edits/{number}/undo", at="list", act="Undo"),
    "vocabulary add": does("POST /vocabularies/{vocabulary}/terms", at="/vocabularies", act="Add a term"),
    "vocabulary approve": does(
        "POST /vocabularies/{vocabulary}/terms/{term}/approve", at="/vocabularies", act="Approve"
    ),
    "vocabulary create": does("POST /vocabularies", at="/vocabularies", act="Create"),
    "vocabulary edit": does(
        "PATCH /vocabularies/{vocabulary}/terms/{term}", at="/vocabularies", act="Edit a term"
    ),
    "vocabulary export": does("GET /vocabularies/{vocabulary}/export", at="/vocabularies", act="Export"),
    "vocabulary find": does("GET /vocabularies/{vocabulary}/find", at="/vocabularies", act="Find"),
    "vocabulary import": does("POST /vocabularies/{vocabulary}/import", at="/vocabularies", act="Import"),
    "vocabulary list": does(
        "GET /vocabularies", "GET /vocabularies/{vocabulary}", at="/vocabularies", act="the list"
    ),
    "vocabulary log": does("GET /vocabularies/{vocabulary}/operations", at="/vocabularies", act="Operations"),
    "vocabulary merge": does(
        "POST /vocabularies/{vocabulary}/terms/{term}/merge", at="/vocabularies", act="Merge"
    ),
    "vocabulary move": does(
        "POST /vocabularies/{vocabulary}/terms/{term}/move", at="/vocabularies", act="Move"
    ),
    "vocabulary proposals": does(
        "GET /vocabularies/{vocabulary}/proposals", at="/vocabularies", act="Proposals"
    ),
    "vocabulary rename": does(
        "POST /vocabularies/{vocabulary}/terms/{term}/rename", at="/vocabularies", act="Rename"
    ),
    "vocabulary retire": does(
        "POST /vocabularies/{vocabulary}/terms/{term}/retire", at="/vocabularies", act="Retire"
    ),
    "vocabulary set": does("PATCH /vocabularies/{vocabulary}", at="/vocabularies", act="Settings"),
    "vocabulary show": does(
        "GET /vocabularies/{vocabulary}/terms",
        "GET /vocabularies/{vocabulary}/terms/{term}",
        at="/vocabularies",
        act="the tree",
    ),
    "vocabulary undo": does("POST /vocabularies/{vocabulary}/undo", at="/vocabularies", act="Undo"),
    "metadata add": does("PATCH /assets/{sha1}/metadata", at="player", act="Metadata: Edit"),
    "metadata clear": does("PATCH /assets/{sha1}/metadata", at="player", act="Metadata: Edit"),
    "metadata export": does("POST /metadata/export", at="list", act="Table (CSV)"),
    "metadata fields": does("GET /metadata/fields", at="player", act="Metadata"),
    "metadata get": does("GET /assets/{sha1}/metadata", at="player", act="Metadata"),
    "metadata history": does("GET /assets/{sha1}/metadata/history", at="player", act="Metadata: History"),
    "metadata import": does("POST /metadata/import", at="/edits", act="Import a table"),
    "metadata operations": does("GET /metadata/operations", at="list", act="Undo"),
    "metadata remove": does("PATCH /assets/{sha1}/metadata", at="player", act="Metadata: Edit"),
    "metadata set": does("POST /metadata/edit", "POST /metadata/preview", at="list", act="Edit metadata"),
    "metadata undo": does("POST /metadata/operations/{operation}/undo", at="list", act="Undo"),
    "metadata unset": does("PATCH /assets/{sha1}/metadata", at="player", act="Metadata: Edit"),
    "schema apply": does("PUT /schema", at="/schema", act="Apply"),
    "schema check": does("POST /schema/check", at="/schema", act="Check"),
    "schema show": does("GET /schema", "GET /schema/json-schema", at="/schema", act="the editor"),
    "schema undo": does("POST /schema/undo", at="/schema", act="Undo"),
    "sidecar discard": does("POST /sidecars/discard", at="/sidecars", act="Leave as it is"),
    "sidecar place": does("PUT /sidecars/places/{source}", at="/sidecars", act="Change"),
    "sidecar places": does("GET /sidecars/places", at="/sidecars", act="the list of sources"),
    "sidecar read": does("POST /sidecars/read", at="/sidecars", act="Read now"),
    "sidecar status": does("GET /sidecars", at="/sidecars", act="what waits"),
    "sidecar write": does("POST /sidecars/write", at="/sidecars", act="Write now"),
    "tag accept": does("POST /machine-tags/verdicts", at="/machine-tags", act="Accept"),
    "tag add": does("POST /assets/{sha1}/tags", at="player", act="Tags: Add"),
    "tag list": does("GET /tags", at="player", act="Tags: suggestions"),
    "tag moments": does("GET /machine-tags/terms/{term}/moments", at="player", act="Machine tags"),
    "tag precision": does("GET /machine-tags/precision", at="/machine-tags", act="Precision"),
    "tag reject": does("POST /machine-tags/verdicts", at="/machine-tags", act="Reject"),
    "tag remove": does("DELETE /assets/{sha1}/tags/{name}", at="player", act="Tags: Remove"),
    "tag review": does("GET /machine-tags/review", at="/machine-tags", act="the list"),
    "tag suggest": does(
        "PUT /machine-tags/vocabularies/{key}",
        "GET /machine-tags/vocabularies",
        at="/machine-tags",
        act="Vocabularies",
    ),
    "tag term": does("PATCH /machine-tags/terms/{term}", at="/machine-tags", act="Precision: Change"),
    "tag undo": does("POST /machine-tags/verdicts/undo", at="/machine-tags", act="Undo verdict"),
    "timeline match": does("POST /timelines/match", at="/rights", act="Match a timeline"),
    "rights check": does("POST /rights/check", at="/rights", act="Check a timeline"),
    "rights explain": does("GET /assets/{sha1}/rights", at="player", act="Rights"),
    "rights licence add": does("POST /rights/licences", at="/rights", act="Add a licence"),
    "rights licence attach": does("POST /rights/licences/{name}/attach", at="player", act="Rights: Attach"),
    "rights licence detach": does("POST /rights/licences/{name}/detach", at="player", act="Rights: Detach"),
    "rights licence edit": does("PATCH /rights/licences/{name}", at="/rights", act="Change"),
    "rights licence list": does("GET /rights/licences", at="/rights", act="the list"),
    "rights licence remove": does("DELETE /rights/licences/{name}", at="/rights", act="Remove"),
    "rights licence show": does(
        "GET /rights/licences/{name}", "GET /rights/licences", at="/rights", act="Change"
    ),
    "rights policy apply": does("PUT /rights/policy", at="/rights", act="Policy: Apply"),
    "rights policy show": does("GET /rights/policy", at="/rights", act="Policy"),
    "workflow apply": does("POST /workflow/apply", at="/workflow", act="Apply"),
    "workflow assign": does("POST /workflow/assign", at="player", act="Workflow: Assign"),
    "workflow check": does("POST /workflow/check", "POST /workflow/try", at="/workflow", act="Try"),
    "workflow diagram": does("GET /workflow/definitions/{name}", at="/workflow", act="Load"),
    "workflow due": does("POST /workflow/due", at="player", act="Workflow: Due date"),
    "workflow history": does("GET /assets/{sha1}/workflow/history", at="player", act="Workflow: History"),
    "workflow list": does("GET /workflow/definitions", at="/workflow", act="Definition"),
    "workflow move": does(
        "POST /workflow/moves", "POST /assets/{sha1}/workflow/move", at="player", act="Workflow: the moves"
    ),
    "workflow show": does("GET /workflow", at="/workflow", act="the definition that is applied"),
    "workflow tasks": does("GET /workflow/tasks", at="/tasks", act="the list"),
    "workflow try": does("POST /workflow/try", at="/workflow", act="Try"),
    "search": does(
        "GET /search",
        "POST /search",
        "GET /search/export",
        "POST /search/export",
        at="/search",
        act="the search field, Export",
    ),
    "embed": does("POST /retry", at="/failures", act="Retry"),
    "model forget": does("DELETE /models/{name}", at="/models", act="Remove vectors"),
    "model info": does("GET /models", at="/models", act="the list"),
    "model list": does("GET /models", at="/models", act="the list"),
    "model use": does("PUT /models/chosen", at="/models", act="Use"),
    "index check": does(
        "GET /indexes",
        "POST /indexes/requests",
        "GET /indexes/requests",
        "GET /indexes/requests/{number}",
        at="/index",
        act="Check every vector",
    ),
    "index rebuild": does("POST /indexes/requests", at="/index", act="Rebuild"),
    "facets": does("GET /facets", at="/", act="Facets"),
    "folders": does("GET /folders", at="/folders", act="the tree"),
    "map": does("GET /map", at="/map", act="the map"),
    "excerpt": does("GET /assets/{sha1}/original/excerpt", at="player", act="Download the range"),
    "prune": does(
        "POST /prunes", "GET /prunes", "GET /prunes/{number}", at="/prune", act="Count, and Remove"
    ),
    "user add": does("POST /users", at="/people", act="Add a user"),
    "user disable": does("PATCH /users/{name}", at="/people", act="Disable"),
    "user enable": does("PATCH /users/{name}", at="/people", act="Enable"),
    "user list": does("GET /users", at="/people", act="the list"),
    "user logout": does("DELETE /users/{name}/sessions", at="/people", act="Log out"),
    "user password": does("PATCH /users/{name}", at="/people", act="Password"),
    "user remove": does("DELETE /users/{name}", at="/people", act="Remove"),
    "user role": does("PATCH /users/{name}", at="/people", act="Role"),
    "token create": does("POST /tokens", at="/people", act="Create a token"),
    "token list": does("GET /tokens", at="/people", act="Tokens"),
    "token revoke": does("DELETE /tokens/{name}", at="/people", act="Tokens: Revoke"),
    "token scopes": does("GET /scopes", at="/people", act="Create a token"),
    "access explain": does("GET /access/explain", at="/people", act="Explain"),
    "access grant": does("POST /grants", at="/people", act="Grant"),
    "access list": does("GET /grants", at="/people", act="Rights"),
    "access revoke": does("DELETE /grants", at="/people", act="Rights: Revoke"),
    "subclip add": does(
        "POST /assets/{sha1}/subclips",
        "POST /subclips",
        "POST /subclips/bulk",
        at="player",
        act="Subclips: Add",
    ),
    "subclip delete": does("DELETE /subclips/{number}", "POST /subclips/delete", at="player", act="Subclips"),
    "subclip export": does("GET /subclips/export", at="player", act="Subclips: Export"),
    "subclip list": does("GET /assets/{sha1}/subclips", "GET /subclips", at="player", act="Subclips"),
    "subclip set": does("PATCH /subclips/{number}", at="player", act="Subclips: Change"),
    "subclip show": does(
        "GET /subclips/{number}", "GET /assets/{sha1}/subclips", at="player", act="Subclips: the list"
    ),
    "comment add": does("POST /assets/{sha1}/comments", at="player", act="Comments"),
    "comment delete": does("DELETE /comments/{number}", at="player", act="Comments: Delete"),
    "comment edit": does("PATCH /comments/{number}", at="player", act="Comments: Edit"),
    "comment export": does("POST /comments/export", at="player", act="Comments: Export"),
    "comment import": does("POST /comments/import", at="/review", act="Import"),
    "comment list": does(
        "GET /assets/{sha1}/comments", "GET /comments", "POST /comments/find", at="player", act="Comments"
    ),
    "comment mentions": does(
        "GET /comments/mentions", "POST /comments/mentions/read", at="/work", act="Mentions"
    ),
    "comment reopen": does("POST /comments/{number}/reopen", at="player", act="Comments: Reopen"),
    "comment reply": does("POST /comments/{number}/replies", at="player", act="Comments: Reply"),
    "comment resolve": does("POST /comments/{number}/resolve", at="player", act="Comments: Resolve"),
    "comment show": does(
        "GET /comments/{number}",
        "GET /comments/{number}/drawing.svg",
        "GET /assets/{sha1}/comments",
        at="player",
        act="Comments: the list",
    ),
    "collection add": does("POST /collections/{collection}/items", at="list", act="Add to a collection"),
    "collection create": does("POST /collections", at="/collections", act="New collection"),
    "collection delete": does("DELETE /collections/{collection}", at="/collections", act="Delete"),
    "collection exclude": does(
        "POST /collections/{collection}/exclusions",
        "GET /collections/{collection}/exclusions",
        at="/collections",
        act="Exclude",
    ),
    "collection export": does("GET /collections/{collection}/export", at="/collections", act="Export"),
    "collection grant": does("PUT /collections/{collection}/rights", at="/collections", act="Rights"),
    "collection list": does("GET /collections", at="/collections", act="the tree"),
    "collection move": does("POST /collections/{collection}/move", at="/collections", act="Move"),
    "collection pin": does("POST /collections/{collection}/pins", at="/collections", act="Pin"),
    "collection remove": does("POST /collections/{collection}/items/remove", at="/collections", act="Remove"),
    "collection rename": does("PATCH /collections/{collection}", at="/collections", act="Rename"),
    "collection reorder": does("POST /collections/{collection}/items/move", at="/collections", act="drag"),
    "collection revoke": does("DELETE /collections/{collection}/rights", at="/collections", act="Rights"),
    "collection rights": does("GET /collections/{collection}/rights", at="/collections", act="Rights"),
    "collection show": does(
        "GET /collections/{collection}",
        "GET /collections/{collection}/items",
        at="/collections",
        act="open one",
    ),
    "collection sort": does("POST /collections/{collection}/items/sort", at="/collections", act="Sort"),
    "import cancel": does("POST /imports/{number}/cancel", at="/imports", act="Cancel"),
    "import card": does("POST /imports", "GET /importers", at="/imports", act="Import"),
    "import folder": does("POST /imports", at="/imports", act="Import"),
    "import icloud": does("POST /imports", at="/imports", act="Import"),
    "import list": does("GET /imports", at="/imports", act="the list"),
    "import pause": does("POST /imports/{number}/pause", at="/imports", act="Pause"),
    "import photos": does("POST /imports", at="/imports", act="Import"),
    "import resume": does("POST /imports/{number}/resume", at="/imports", act="Resume"),
    "upload list": does("GET /uploads", "GET /uploads/{number}", at="/upload", act="the list"),
    "upload delete": does("DELETE /uploads/{number}", at="/upload", act="Delete"),
    "import show": does(
        "GET /imports/{number}", "GET /imports/{number}/files", at="/imports", act="open one"
    ),
    "import takeout": does("POST /imports", at="/imports", act="Import"),
    "share change": does("PATCH /shares/{number}", at="/review", act="Change"),
    "share create": does("POST /shares", at="player", act="Share"),
    "share list": does("GET /shares", at="/review", act="Links"),
    "share renew": does("POST /shares/{number}/renew", at="/review", act="New link"),
    "share revoke": does("POST /shares/{number}/revoke", at="/review", act="Close"),
    "share show": does("GET /shares/{number}", at="/review", act="Links"),
    "backup": machine("writes a file of this machine that holds passwords; a sync makes one each night"),
    "restore": machine("fills an empty home folder, before there is a server"),
    **dict.fromkeys(("up", "worker", "serve", "relay", "broker", "beat", "flower"), machine(PROCESS)),
    "demo": machine("makes a library of its own on this machine, and removes it"),
    "doctor": machine("says what this machine can do; the page shows what workers report of theirs"),
    "config": machine("lists the settings of this machine, among them addresses of servers"),
}
"""Every command of `dampipe --help`."""

ENDPOINTS: dict[str, str] = {
    "GET /arrivals": "what came in by source and day; `dampipe scan list` has it by scan",
    "GET /assets": "the grid; `dampipe search` with filters alone lists assets",
    "GET /assets/{sha1}/original": "the file itself, which the command line has on its disks",
    "GET /assets/{sha1}/{name}": "the bytes of a derivative, which the page shows",
    "GET /assets/{sha1}/{name}/download": "the bytes of a derivative, to be saved",
    "GET /assets/{sha1}/workflow": "the possible moves of an asset; `dampipe workflow move --dry-run` says why not",
    "GET /filters": "how the page makes its fields; `dampipe search --help` lists them",
    "GET /filters/{name}/values": "suggestions of the page's fields",
    "GET /health": "for probes; `dampipe doctor` says more",
    "GET /panels": "what the page loads",
    "POST /assets/count": "how many assets are chosen in the page",
    "GET /assets/{sha1}/frame": "pictures of moments, which the page shows",
    "GET /assets/{sha1}/mentionable": "suggestions of the page's fields",
    "GET /library/assets": "the list of the page; `dampipe search` with filters alone lists assets",
    "GET /library/buckets": "how the list of the page is divided",
    "GET /library/marks": "what stands on the cards of the page; `dampipe show` has all values",
    "GET /library/sha1s": "what is chosen in the list of the page",
    "GET /versions/{sha1}/playback": "when frames begin, for players",
    "POST /uploads": "the page sends files; `dampipe import folder` takes those of this machine",
    "POST /uploads/{number}/import": "the page sends files; `dampipe import folder` takes those of this machine",
    "GET /uploads/{number}/files": "the page sends files; `dampipe import folder` takes those of this machine",
    "POST /uploads/{number}/files": "the page sends files; `dampipe import folder` takes those of this machine",
    "GET /uploads/{number}/files/{file}": "the page sends files; `dampipe import folder` takes those of this machine",
    "PATCH /uploads/{number}/files/{file}": "the page sends files; `dampipe import folder` takes those of this machine",
    "DELETE /uploads/{number}/files/{file}": "the page sends files; `dampipe import folder` takes those of this machine",
    "GET /rights/terms": "the choices of the page's fields",
    "GET /session": "who is logged in at the page",
    "POST /session": "the login of the page",
    "DELETE /session": "the logout of the page",
    "GET /session/oidc": "the login by an OpenID Connect provider",
    "GET /session/oidc/callback": "the login by an OpenID Connect provider",
    "PUT /session/password": "one's own password; `dampipe user password` is for administrators",
    "GET /session/tokens": "one's own tokens; `dampipe token` is for administrators",
    "POST /session/tokens": "one's own tokens; `dampipe token` is for administrators",
    "DELETE /session/tokens/{name}": "one's own tokens; `dampipe token` is for administrators",
    "POST /share-sessions": "a guest opens a link",
    "POST /share-sessions/needs": "a guest opens a link",
    "GET /share-sessions/current": "what a guest sees",
    "DELETE /share-sessions/current": "a guest leaves",
    "POST /sources/{name}/notifications": "storages call it",
    "GET /storage": "disks of the server's machine; `df` says it of this one, and `dampipe doctor` warns",
    "GET /throughput": "the numbers that `dampipe watch` shows as they change",
    "POST /vectors": "commands of this machine have texts encoded by its server",
}
"""Endpoints that no command has, and why."""


@cache
def commands() -> dict[str, str]:
    """All commands of the command line with their summaries."""
    from dampipe.cli import main

    return dict(_walk(main, ()))


def _walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        is_group = isinstance(command, click.Group)
        if not is_group or command.invoke_without_command:
            yield " ".join((*path, name)), command.get_short_help_str(200)
        if isinstance(command, click.Group):
            yield from _walk(command, (*path, name))


@cache
def endpoints() -> frozenset[str]:
    """All endpoints of the documented API."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    return frozenset(
        f"{method.upper()} {path.removeprefix(API)}" for path, methods in paths.items() for method in methods
    )


@cache
def modules() -> dict[str, str]:
    """The texts of all modules of the page and its panels by path, but for vendored ones."""
    folders = (ROOT / "dampipe" / "web" / "page", ROOT / "dampipe" / "features")
    files = (file for folder in folders for file in sorted(folder.rglob("*.js")))
    return {str(file): file.read_text() for file in files if "vendor" not in file.parts}


@cache
def views() -> frozenset[str]:
    """The addresses of all views of the page."""
    return frozenset(re.findall(r"""\bpath: "(/[a-z-]*)", """, "\n".join(modules().values())))


METHODS = {"get": "GET", "text": "GET", "save": "GET", "post": "POST", "send": "POST", "saveOf": "POST"}
METHODS |= {"put": "PUT", "patch": "PATCH", "remove": "DELETE"}
"""By the function of `dampipe/web/page/api.js`; `save` with a body, its third argument, is a POST."""


_TEXT = re.compile(r"(?:\b(\w+)\()?[\"`]((?:\$\{[^`]*?\}|/)(?:\$\{[^`]*?\}|[^\"`\s$])*)[\"`]")
"""A text that begins as a path does, and the function of which it is the first argument."""


@dataclass(frozen=True)
class Named:
    """A path that a module names."""

    pattern: str
    """Regular expression: `${…}` is one part of a path, and at the beginning any number of parts."""
    text: str
    """The path without what is variable."""
    method: str | None
    """That of the call of which it is the first argument; None: it is not one."""
    module: str


@cache
def _named() -> tuple[Named, ...]:
    """All texts of the page's modules that look like a path."""
    found = []
    for source in modules().values():
        for one in _TEXT.finditer(source):
            pieces = re.split(r"\$\{.*?\}", one[2].split("?")[0])
            pattern = "[^/]+".join(map(re.escape, pieces))
            pattern = ".*" + pattern.removeprefix("[^/]+") if one[2].startswith("$") else pattern
            method = METHODS.get(one[1] or "")
            if one[1] == "save" and arguments_from(source, one.start(2) - 1) > 2:
                method = "POST"
            found.append(Named(pattern, "/".join(pieces), method, source))
    return tuple(found)


_PIECE = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[(\[{]|[)\]}]|,""", re.DOTALL)
"""What counts where arguments are counted, and what is passed over: comments and texts."""


def arguments_from(source: str, at: int) -> int:
    """How many arguments a call has from the one that begins at `at`; a comma after the last begins none."""
    depth, count = 0, 1
    for piece in _PIECE.finditer(source, at):
        if piece[0] in "([{":
            depth += 1
        elif piece[0] in ")]}":
            depth -= 1
        elif piece[0] == "," and not depth and not re.match(r"\s*[)\]}]", source[piece.end() :]):
            count += 1
        if depth < 0:
            break
    return count


def is_asked(endpoint: str) -> bool:
    """Whether a module of the page names the path of an endpoint, in a call with its method where that is told.

    What is variable (`/scans/${number}/${action}`, `${base}/find`) has to stand in the same module as a text of its own.
    """
    method, _, path = endpoint.partition(" ")
    fixed = [part for part in path.split("/") if part and not part.startswith("{")]
    example = re.sub(r"\{[^}]*\}", "x", path)
    for one in _named():
        if one.method not in (None, method) or not re.fullmatch(one.pattern, example):
            continue
        says_first = f"/{fixed[0]}" in one.text or f"/{fixed[0]}" in one.module
        says_last = fixed[-1] in one.text.split("/") or re.search(f'"/?{fixed[-1]}"', one.module)
        if says_first and says_last:
            return True
    return False


def document() -> str:
    """docs/commands-and-api.md."""
    lines = [
        "# Commands, endpoints and places of the page",
        "",
        "Written by `python -m tests.support.command_map`. What each command of the [command line](cli.md) does is done",
        "by the endpoints of the [API](api.md), below `/api/v1`, and at the named place of the page; *player* is the",
        "dialog of an asset, *list* what is done with chosen assets in any list.",
        "",
        "| Command | Endpoints | On the page |",
        "|---|---|---|",
    ]
    machines = []
    for name, place in COMMANDS.items():
        if place.why_not:
            machines.append(f"| `dampipe {name}` | {place.why_not} |")
            continue
        where = f"`{place.at}`" if place.at.startswith("/") else place.at
        asked = ", ".join(f"`{one}`" for one in place.endpoints)
        lines.append(f"| `dampipe {name}` | {asked} | {where}: {place.act} |")
    lines += [
        "",
        "## Commands that belong to a machine",
        "",
        "| Command | Why it has no endpoint |",
        "|---|---|",
    ]
    lines += machines
    lines += ["", "## Endpoints without a command", "", "| Endpoint | What for |", "|---|---|"]
    lines += [f"| `{name}` | {why} |" for name, why in ENDPOINTS.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
