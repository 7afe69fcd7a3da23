"""The manifest of a feature: what it adds to dampipe, as dotted names that are loaded on use.

A dotted name is `package.module:attribute`. Listing features imports nothing but their manifests, so
that `dampipe --help` stays fast. Built-in features and plug-in packages register the same object.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from dampipe.kernel.access import Scope
from dampipe.kernel.errors import CannotStart, ErrorCode

NOT_LOADABLE = ErrorCode(
    "plugin.not_loadable",
    "a plug-in names {name}, which cannot be loaded: {reason}",
    "Mend or remove the plug-in.",
)


@dataclass(frozen=True)
class Command:
    """A command of the command line."""

    summary: str
    """One line for `dampipe --help`."""
    target: str
    """Dotted name of the click command."""


@dataclass(frozen=True)
class Work:
    """A kind of work item that a feature adds: leased, retried and recovered as runs of stages are."""

    queue: str
    """Where its messages wait; a worker serves queues."""
    handler: str
    """Dotted name of a class that the container builds; `dampipe.jobs.work.WorkHandler` says what it has."""
    time_limit: float = 3600.0
    """Seconds."""


@dataclass(frozen=True)
class Task:
    """A background task: started by a message, or by the clock."""

    target: str
    """Dotted name of a class that the container builds.

    It is called with the message's arguments, and returns a text for the log.
    """
    queue: str = "control"
    """Where its messages wait."""
    beside: str = ""
    """Dotted name of a StageOutput: the queue is that of the stage which returns it."""
    schedule: str = ""
    """Dotted name of a function of Settings: seconds between two starts, or a crontab line; 0 or empty: never.

    Every process that sends a message calls it, so its module should import little, and not the task."""


@dataclass(frozen=True)
class Subscriber:
    """Who is given events, by the relay: each subscriber has a cursor and a lease of its own."""

    target: str
    """Dotted name of a function, or of a class that the container builds; it is called with a sequence of `Event`s.

    It gets each event at least once, in order, and recognises repeated ones by their ids. What it raises is recorded,
    and it is called again after a back-off (`dampipe/kernel/events/subscribers.py`).
    """
    events: tuple[str, ...] = ()
    """Names of the events that it gets, or patterns such as `asset.*`; none: all."""
    batch: int = 100
    """Events of one call, at most."""
    from_start: bool = False
    """Whether it begins with the oldest event that there is; else with the first after it was registered."""


@dataclass(frozen=True)
class Feature:
    """What one feature adds."""

    name: str
    module: str
    """Import name of the package or module that holds the manifest; `panel` is relative to it."""
    tables: tuple[str, ...] = ()
    """Modules whose import declares the feature's SQLModel tables."""
    commands: Mapping[str, Command] = field(default_factory=dict)
    """By name, in the order in which `dampipe --help` lists them. One of two words, "version carry", is below the group
    `version`, be it that of another feature."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """Who builds types that do not build themselves (`dampipe/kernel/container.py`): dotted names of types, each with
    that of a class to use in its stead, or of a function that gets `Services` and returns the object."""
    routers: tuple[str, ...] = ()
    """Dotted names of FastAPI routers, mounted below `/api/v1`."""
    guest_endpoints: tuple[str, ...] = ()
    """Endpoints that guests of share links may ask, each as `GET /assets/{sha1}`, with the scope that they need besides
    that of the endpoint, if any; all others are closed to them (`dampipe/kernel/guests.py`). They
    have to be computed from what is visible to the actor, and nothing else."""
    savers: tuple[tuple[str, str], ...] = ()
    """Pairs of dotted names: a StageOutput class, and the function that saves its rows. Several may save one class."""
    details: tuple[str, ...] = ()
    """Dotted names of `DetailField`s, which `dampipe show` and the API add to the details of an asset."""
    panel: str = ""
    """File of an ES module beside or below the manifest that the page loads; it exports what the page calls
    (`dampipe/web/page/panels.js`). Modules in the same folder are served beside it, so that it may import them."""
    fields: tuple[str, ...] = ()
    """Dotted names of sequences of `MetadataField`s (`dampipe/kernel/field.py`)."""
    value_listeners: tuple[str, ...] = ()
    """Dotted names of functions (`ValueListener`, `dampipe/kernel/field.py`) that are called in the transaction in which
    values change."""
    filters: tuple[str, ...] = ()
    """Dotted names of sequences of `FilterField`s (`dampipe/kernel/filter.py`)."""
    documents: tuple[str, ...] = ()
    """Dotted names of functions that add words to search documents (`dampipe/features/search/text_index.py`)."""
    text_moments: tuple[str, ...] = ()
    """Dotted names of classes that the container builds: they answer which spans of assets have the words of a query
    (`TextMoments` in `dampipe/features/search/text_index.py`)."""
    sweeps: tuple[str, ...] = ()
    """Dotted names of classes that the container builds and every sweep calls; a call returns counts by name."""
    tasks: Mapping[str, Task] = field(default_factory=dict)
    """Background tasks by name, among them the periodic jobs."""
    work: Mapping[str, Work] = field(default_factory=dict)
    """Kinds of work items by name; the name may not be that of a stage."""
    annotations: tuple[str, ...] = ()
    """Dotted names of functions (`Annotations`) that answer about which assets people have written something: such
    assets outlive their files."""
    merges: tuple[str, ...] = ()
    """Dotted names of `MergeOwner`s (`dampipe/kernel/merges.py`): what happens to data of assets that become one."""
    currents: tuple[str, ...] = ()
    """Dotted names of functions (`dampipe/kernel/current.py`) that are called when another version of assets becomes
    the current one."""
    copied: tuple[str, ...] = ()
    """Dotted names of `CopyListener`s (`dampipe/kernel/copied.py`), which are called when a copy of a file was made."""
    term_uses: tuple[str, ...] = ()
    """Dotted names of `TermUse`s (`dampipe/kernel/term_uses.py`): what refers to terms of vocabularies."""
    undoables: tuple[str, ...] = ()
    """Dotted names of `Undoable`s (`dampipe/kernel/undo.py`): tables whose changes people can undo."""
    openings: tuple[str, ...] = ()
    """Dotted names of `Opening`s (`dampipe/kernel/visibility.py`), or of classes of such that the container builds:
    assets that actors see besides those in folders that were granted to them."""
    guards: tuple[str, ...] = ()
    """Dotted names of `Guard`s (`dampipe/kernel/guards.py`): conditions on which a workflow lets assets move."""
    effects: tuple[str, ...] = ()
    """Dotted names of `Effect`s (`dampipe/kernel/guards.py`): what a move in a workflow brings about."""
    release_checks: tuple[str, ...] = ()
    """Dotted names of `ReleaseCheck`s (`dampipe/kernel/release.py`): what may keep assets from leaving dampipe."""
    nightly: tuple[str, ...] = ()
    """Dotted names of classes that the container builds and every sync calls (`dampipe/jobs/nightly.py`): each
    creates a work item, or returns None when there is nothing to do."""
    postponed: tuple[str, ...] = ()
    """Dotted names of functions that return an SQL condition over `location`: files that are not to be identified
    yet."""
    known_contents: tuple[str, ...] = ()
    """Dotted names of functions (`KnownContent`, `dampipe/features/assets/subjects.py`) that know the SHA-1 of files
    which dampipe has written and read back itself: they are not read once more to be identified."""
    events: tuple[str, ...] = ()
    """Dotted names of the classes of events that the feature records (`dampipe/kernel/events/payload.py`)."""
    event_scopes: tuple[str, ...] = ()
    """Dotted names of `EventScope`s (`dampipe/kernel/events/scope.py`): who sees events of things that have rights of
    their own."""
    subscribers: Mapping[str, Subscriber] = field(default_factory=dict)
    """Subscribers to events by name; the name keeps the cursor, so it should begin with that of the feature."""
    subscriber_sources: tuple[str, ...] = ()
    """Dotted names of classes that the container builds; a call returns `Subscription`s that depend on settings or
    rows. They are asked again every few seconds."""
    stages: tuple[str, ...] = ()
    """Dotted names of stages, appended to the pipeline."""
    scopes: tuple[Scope, ...] = ()
    """What an actor may be allowed to do, besides the scopes of the kernel."""
    remedies: str = ""
    """Module with the tables CLI and PAGE: what to do next, by error code."""

    def dotted_names(self) -> list[str]:
        """All that the manifest names."""
        names = [
            *self.tables,
            *self.routers,
            *self.details,
            *self.fields,
            *self.value_listeners,
            *self.filters,
            *self.documents,
            *self.text_moments,
            *self.sweeps,
        ]
        names += [*self.events, *self.event_scopes, *self.subscriber_sources]
        names += [subscriber.target for subscriber in self.subscribers.values()]
        names += [
            *self.annotations,
            *self.merges,
            *self.currents,
            *self.copied,
            *self.term_uses,
            *self.undoables,
            *self.openings,
            *self.guards,
            *self.effects,
            *self.release_checks,
            *self.nightly,
            *self.postponed,
            *self.known_contents,
            *self.stages,
            self.remedies,
        ]
        names += [name for pair in (*self.savers, *self.providers.items()) for name in pair]
        names += [command.target for command in self.commands.values()]
        names += [work.handler for work in self.work.values()]
        for task in self.tasks.values():
            names += [task.target, task.beside, task.schedule]
        return [name for name in names if name]


def load_dotted(name: str) -> Any:
    """Import what `package.module:attribute` names.

    Raises CannotStart if a name of a plug-in cannot be imported, whatever its code raises.
    """
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute) if attribute else import_module(module)
    except Exception as error:
        if module.partition(".")[0] == "dampipe":
            raise
        raise CannotStart(NOT_LOADABLE, name=name, reason=f"{type(error).__name__}: {error}") from error


_source: Callable[[], Sequence[Feature]] | None = None


def register_features(source: Callable[[], Sequence[Feature]]) -> None:
    """Say which features there are, in their order. `dampipe/app/features.py` does; `source` is called on use."""
    global _source
    _source = source


def registered_features() -> Sequence[Feature]:
    """All features, in their order. Raises RuntimeError before `register_features` was called."""
    if _source is None:
        raise RuntimeError("no features are registered: import dampipe.app.features first")
    return _source()


def registered(field: str) -> list[Any]:
    """What the dotted names in a field of the manifests (`filters`, `documents`) name, feature by feature.

    Raises RuntimeError before `register_features` was called.
    """
    return [load_dotted(name) for feature in registered_features() for name in getattr(feature, field)]
