"""The registry of views of the page, and a library in which each of them has something to show.

A view that is added to the page gets a line in `VIEWS`: then it is opened in Chromium and in Firefox, checked for
accessibility in all sizes and colour schemes (`tests/e2e/test_page_views.py`), and `make screenshots` makes its picture.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

import dampipe
from dampipe.features.assets.selected import Selected
from dampipe.features.fixity.model import VerifyRequest
from dampipe.features.fixity.service import FixityService
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.imports.model import ImportRequest
from dampipe.features.imports.service import ImportService
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.machinetags.model import SchemeRequest
from dampipe.features.machinetags.service import MachineTagService
from dampipe.features.metadata.model import BulkEdit
from dampipe.features.metadata.schema import FieldDeclaration, Schema, default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.features.processing.throughput import ThroughputCounter
from dampipe.features.pruning.requests import PruneOrder, PruneRequests
from dampipe.features.review.model import Audience, CommentKind, CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.features.rights.model import NewLicence
from dampipe.features.rights.service import RightsService
from dampipe.features.search.index_requests import IndexRequest, IndexRequests
from dampipe.features.sharing.model import Allow, ShareRequest
from dampipe.features.sharing.service import ShareService
from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.model import SourceRequest, Tier
from dampipe.features.sources.service import SourceService
from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.tiers.service import TierService
from dampipe.features.vocabularies.model import NewTerm, NewVocabulary
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.features.webhooks.model import NewWebhook
from dampipe.features.webhooks.service import WebhookService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.service import WorkflowService
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import COMMENT, LOCAL, READ, Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.field import FieldType
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.demo_clips import DemoClips
from tests.support.gathered_views import gather
from tests.support.serving import serving

SIZES = {"wide": (1440, 900), "phone": (390, 844)}
"""Width and height in CSS pixels of the screens that every view fits."""
SCHEMES = ("light", "dark")
EDITOR = Actor(ActorKind.USER, "anna", role=Role.EDITOR)
FILM, BROKEN, STILL, SOUND, GONE = "A001_C001.mp4", "text.mp4", "slate.png", "tone.wav", "gone.mp4"
OTHER = "A001_C003.mp4"
POLICY = """[[rule]]
name = "selects"
query = "rating>=2"
copies = 2
tiers = ["hot", "cold"]
verified_within = "90d"
"""
HARDWARE = {"python": "3.13.1", "ffmpeg": "7.1", "decoding": "nvdec", "encoding": "nvenc", "device": "cuda:0"}


@dataclass(frozen=True)
class View:
    """A view, or a state of one that looks different."""

    name: str
    address: str
    """What follows the address of the server. Names in braces stand for what the library has: `{film}` and so on."""
    shown: str
    """A CSS selector of what is seen once the view is there."""
    prepare: Callable[[Page], None] = lambda _: None
    """What a person does to see it, after it was opened."""


def press(name: str, role: Any = "button") -> Callable[[Page], None]:
    """Press a control."""
    return lambda page: page.get_by_role(role, name=name).first.click()


def unfold(name: str) -> Callable[[Page], None]:
    """Press a control that shows something, unless the page remembers that it was pressed."""

    def act(page: Page) -> None:
        control = page.get_by_role("button", name=name).first
        expect(control).to_have_attribute("aria-expanded", re.compile("true|false"))
        if control.get_attribute("aria-expanded") == "false":
            control.click()

    return act


def enter_as_guest(page: Page) -> None:
    """Say one's name, which a link asks for that lets one comment."""
    page.get_by_label("Your name").fill("Carla")
    page.get_by_role("button", name="Open").click()


def wait_for_definition(page: Page) -> None:
    """The definition is read after the view is there."""
    expect(page.get_by_label("Definition (TOML)")).not_to_have_value("")


def choose_first(page: Page) -> None:
    """Choose the first asset of a list."""
    page.locator(".choose input").first.check(force=True)


VIEWS = (
    View("library", "#/", ".card canvas:not([hidden])"),
    View("library-chosen", "#/", "dp-selection:not([hidden]) .acts button", choose_first),
    View("library-filters", "#/", "#filters label", press("Filters")),
    View("library-facets", "#/", "#facets summary", press("Facets")),
    View("search", "#/search?q=a+red+circle", ".card img"),
    View("search-facets", "#/search?q=circle", ".facets-head", press("Facets")),
    View(
        "search-weaker",
        "#/search?q=blargh+vogon",
        ".weaker .card img",
        lambda page: page.locator(".weaker summary").click(),
    ),
    View("search-query", "#/search?where=city%3DRome+and+rating%3E", ".query-faults u", press("Filters")),
    View("search-part", "#/asset/{film}?t=1", ".region-box", press("Search a part")),
    View("search-without-results", "#/search?tag=nothing", ".notice"),
    View("duplicates", "#/duplicates", ".alike .card"),
    View("player", "#/asset/{film}?t=4&in=3&out=6", "#player[open] .timeline .strip"),
    View("player-still", "#/asset/{still}", "#player[open] .still img"),
    View("player-sound", "#/asset/{sound}", "#player[open] .timeline .wave"),
    View("compare", "#/compare?v={film}&v={other}&t=4", ".compared video"),
    View("scans", "#/scans", ".scan"),
    View("failures", "#/failures", ".cause"),
    View("tasks", "#/tasks", "main h2"),
    View("edits", "#/edits", ".entry"),
    View("machine-tags", "#/machine-tags", ".entry .thumb img"),
    View("people", "#/people", "main .part"),
    View("people-add", "#/people", "dialog.ask[open]", press("Add a user")),
    View("account", "#/account", ".notice"),
    View("workflow", "#/workflow", "textarea", wait_for_definition),
    View("vocabularies", "#/vocabularies", ".entry"),
    View("vocabulary", "#/vocabularies?key=places", ".entry"),
    View("webhooks", "#/webhooks", ".entry"),
    View("webhooks-add", "#/webhooks", "dialog.ask[open]", press("Add a webhook")),
    View("deliveries", "#/webhooks?log=cms", "main .notice"),
    View("upload", "#/upload", ".drop-zone"),
    View("keys", "#/", "#keys[open] kbd", lambda page: page.keyboard.press("?")),
    View("nothing-here", "#/no-such-page", ".notice"),
    View("collections", "#/collections", ".collection-card"),
    View("collection", "#/collections?collection={collection}", ".items .card img"),
    View("saved-search", "#/collections?collection={search}", ".items .card img"),
    View(
        "collection-menu",
        "#/collections?collection={collection}",
        ".menu-popup",
        press("What can be done with Selects"),
    ),
    View("folders", "#/folders", "dp-tree [role=treeitem]"),
    View("map", "#/map", ".bubble"),
    View("subclips", "#/asset/{film}?tab=Subclips&subclip={subclip}", ".subclip .what"),
    View("trees", "#/", "#beside [role=treeitem]", unfold("Trees")),
    View("work", "#/work", ".overview .chart"),
    View("imports", "#/imports", "main .entry"),
    View("import", "#/imports?number=1", "main table td"),
    View("imports-begin", "#/imports", "dialog.ask[open]", press("Import …")),
    View("throughput", "#/throughput", ".chart rect"),
    View("storage", "#/storage", ".shares rect"),
    View("proofs", "#/proofs", ".shares rect"),
    View("sources", "#/sources", "main .entry"),
    View("sources-add", "#/sources", "dialog.ask[open]", press("Add a source …")),
    View("sync", "#/sync", "main form"),
    View("policies", "#/policies", "main textarea"),
    View("plan", "#/policies?plan=1", "main .entry"),
    View("schema", "#/schema", "main .entry"),
    View("schema-field", "#/schema", "dialog.ask[open]", press("Add a field …")),
    View("sidecars", "#/sidecars", "main table td"),
    View("rights", "#/rights", "main .entry"),
    View("models", "#/models", "main .entry"),
    View("index", "#/index", "main table td"),
    View("verify", "#/verify", "main form"),
    View("prune", "#/prune", "main .entry"),
    View("guest", "s#{share}", ".talk .thread", enter_as_guest),
    View("player-comments", "#/asset/{film}?tab=Comments&comment=1", ".talk .thread.chosen", press("Draw")),
    View("review", "#/review", ".inbox .entry"),
    View("shares", "#/shares", "main td"),
    View("share", "#/asset/{film}", "dialog.ask[open]", press("Share …")),
)


class ShownLibrary:
    """The library, and where its page is."""

    def __init__(self, library: Any, url: str, share: str, gathered: dict[str, str]) -> None:
        self.library, self.url = library, url
        self._named = {"share": share, "film": sha1_of(library, FILM), "still": sha1_of(library, STILL)}
        self._named |= {"sound": sha1_of(library, SOUND), "other": sha1_of(library, OTHER)}
        self._named |= gathered

    def address(self, view: View) -> str:
        """The URL of a view."""
        return f"{self.url}/{view.address.format(**self._named)}"

    def open(self, page: Page, view: View) -> None:
        """Open a view, and wait until it is there."""
        queues = ["embed", "index", "io", "preview", "proxy", "scan"]
        self.library.service(WorkerRepository).report("media@studio-1", queues, HARDWARE, 86_400.0)
        page.goto(self.address(view))
        prepared = view.prepare
        if view.address == "#/":
            expect(page.locator(".card").first).to_be_visible()
        elif view.address != "s#{share}":
            expect(page.locator("main h2, main .notice, #player[open] h2, main .card").first).to_be_visible()
        prepared(page)
        expect(page.locator(view.shown).first).to_be_visible()


def sha1_of(library: Any, name: str) -> str:
    """The SHA-1 of the asset of a file name."""
    found: str = next(video.sha1 for video in library.videos() if video.name == name)
    return found


@contextmanager
def shown_library(home: Path, footage: Path, demo_clips: DemoClips) -> Iterator[ShownLibrary]:
    """Make the library below `home` from the clips of the demo, a still, a sound and a file that is none."""
    first, second, *_ = demo_clips(footage)
    (footage / "copy").mkdir()
    (footage / "copy" / first.name).write_bytes(first.read_bytes())
    (footage / f"longer {second.name}").write_bytes(second.read_bytes() + b"\0" * 8)
    (footage / GONE).write_bytes(first.read_bytes() + b"\0" * 16)
    (footage / BROKEN).write_text("this is no film\n" * 100)
    ffmpeg = [find_ffmpeg().path, "-v", "error", "-y", "-f", "lavfi", "-i"]
    still = ["testsrc2=size=1280x720:rate=1:duration=1", "-frames:v", "1", str(footage / STILL)]
    subprocess.run([*ffmpeg, *still], check=True)
    subprocess.run([*ffmpeg, "sine=duration=2", str(footage / SOUND)], check=True)
    archive = footage.parent / "archive"
    archive.mkdir()
    with dampipe.open(home=home, model="tiny", in_process=True, settle=0.0) as library:
        library.add(footage)
        library.process()
        film = sha1_of(library, FILM)
        share = _describe(library, film)
        gathered = gather(library, film)
        _work(library, footage, archive, film)
        with serving(create_app(library.service(Services))) as url:
            yield ShownLibrary(library, url, share, gathered)


def _describe(library: Any, film: str) -> str:
    """Give the library metadata, tags, a workflow and so on; returns the token of a share link to the film."""
    city = FieldDeclaration(key="city", label="City", facet=True, sortable=True)
    fields = [one for one in default_schema().field if one.key != "city"]
    library.service(SchemaService).apply(LOCAL, Schema(field=(city, *fields)))
    names = [video.sha1 for video in library.videos()]
    for number, city_name in enumerate(("Rome", "Oslo", "Lagos")):
        edit = BulkEdit(assets=tuple(names[number::3]), set={"city": city_name, "rating": number + 2})
        library.service(MetadataService).bulk(LOCAL, edit)
    library.service(TagService).add(LOCAL, TagRequest(tag="best", assets=(film,)))
    library.service(WorkflowService).apply(LOCAL, shipped_toml("review"))
    vocabularies = library.service(VocabularyService)
    vocabularies.create(LOCAL, NewVocabulary(key="places", label="Places", open=True))
    vocabularies.add(LOCAL, "places", NewTerm(label="Europe"))
    vocabularies.add(LOCAL, "places", NewTerm(label="Malta", parent="Europe"))
    vocabularies.add(EDITOR, "places", NewTerm(label="Asia"))
    hook = NewWebhook(name="cms", url="https://cms.example.com/dampipe", events=("asset.*",))
    library.service(WebhookService).add(LOCAL, hook)
    comment = CommentRequest(asset=film, text="The circle could be redder.", start="4.5")
    library.service(ReviewService).add(LOCAL, comment)
    marker = CommentRequest(asset=film, kind=CommentKind.MARKER, name="slate", color="blue", start="0")
    library.service(ReviewService).add(LOCAL, marker)
    internal = CommentRequest(
        asset=film, text="Not for the client.", start="2", end="3", audience=Audience.TEAM
    )
    library.service(ReviewService).add(EDITOR, internal)
    shares: ShareService = library.service(ShareService)
    allowed = (Allow.COMMENT, Allow.DOWNLOAD)
    made = shares.create(LOCAL, ShareRequest(asset=film, name="For the client", allow=allowed))
    scopes = frozenset({READ.name, COMMENT.name})
    guest = Actor(ActorKind.LINK, "Carla", Role.COMMENTER, scopes, link=made.id, owner=LOCAL, guest="c")
    library.service(ReviewService).add(guest, CommentRequest(asset=film, text="Lovely light.", start="3"))
    return str(made.token)


def _work(library: Any, footage: Path, archive: Path, film: str) -> None:
    """Give the views of the work and settings areas something to show."""
    services: Services = library.service(Services)
    sources: SourceService = library.service(SourceService)
    cost = CostModel(gb_month=0.004, egress_gb=0.09)
    sources.add(
        LOCAL, SourceRequest(name="archive", path=str(archive), managed=True, tier=Tier.COLD, cost=cost)
    )
    # An import that copies one file, finds another at hand, and sets a text aside.
    card = footage.parent / "card"
    card.mkdir()
    (card / "notes.txt").write_text("take 3 is the one\n")
    (card / "A002_C001.mp4").write_bytes((footage / FILM).read_bytes() + b"\0" * 32)
    (card / FILM).write_bytes((footage / FILM).read_bytes())
    imports: ImportService = library.service(ImportService)
    imports.begin(LOCAL, ImportRequest(importer="folder", origin=str(card), to=("archive",)))
    worker = services.get(ImportWorker)
    while not imports.report(LOCAL, 1).is_over:
        worker.portion(1)
    library.process()
    # What the model proposes: the shapes and colours of the clips of the demo.
    vocabularies = library.service(VocabularyService)
    vocabularies.create(LOCAL, NewVocabulary(key="shapes", label="Shapes", open=True))
    for label in ("circle", "square", "triangle", "star"):
        vocabularies.add(LOCAL, "shapes", NewTerm(label=label))
    schemas: SchemaService = library.service(SchemaService)
    of_shapes = FieldDeclaration(
        key="shapes", label="Shapes", type=FieldType.TERM, vocabulary="shapes", multiple=True, union=True
    )
    schemas.apply(LOCAL, Schema(field=(*schemas.show(LOCAL).fields, of_shapes)))
    tags: MachineTagService = library.service(MachineTagService)
    tags.choose(LOCAL, "shapes", SchemeRequest())
    tags.run(LOCAL)
    # What the relay counts in a deployment; files that were verified; a licence; a policy and its plan.
    services.get(Sequencer).number()
    services.get(ThroughputCounter)(services.get(EventLog).after(0, 10_000, {"stage.done", "stage.failed"}))
    library.service(FixityService).start(LOCAL, VerifyRequest(what=("archive",)))
    services.get(FixityWorker).portion()
    licence = NewLicence(
        name="festival", title="Festival 2026", territories=("DE", "AT"), expires="2099-12-31"
    )
    library.service(RightsService).add(LOCAL, licence)
    library.service(RightsService).attach(LOCAL, "festival", Selected(assets=(film,)))
    tiers: TierService = library.service(TierService)
    tiers.apply_policy(LOCAL, POLICY)
    tiers.make_plan(LOCAL)
    (footage / GONE).unlink()
    library.add(footage)
    library.service(PruneRequests).start(LOCAL, PruneOrder(dry_run=True))
    library.service(IndexRequests).start(LOCAL, IndexRequest())
    library.process()


def context_of(browser: Browser, size: str = "wide", scheme: str = "light") -> BrowserContext:
    """A fresh browser of a size, which names times and numbers as in Germany in English."""
    width, height = SIZES[size]
    made = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    made.set_default_timeout(60_000)  # on a machine that runs other tests
    return made
