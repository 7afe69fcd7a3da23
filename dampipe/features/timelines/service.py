"""The use case of timelines: matching their clips with the assets of the library."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.timelines.match import (
    SHORTEST_REEL,
    Found,
    best,
    distinct_assets,
    exact_names,
    reel_key,
    stem_names,
)
from dampipe.features.timelines.model import (
    MOST_CANDIDATES,
    SURENESS,
    WHY,
    ClipMatch,
    How,
    MatchedAsset,
    MatchState,
    TimelineMatch,
)
from dampipe.features.timelines.queries import File, FileRepository
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.paths import below, is_below, is_url, join_root, normal_path, printable, split_key
from dampipe.kernel.unicode_paths import path_spellings
from dampipe.kernel.visibility import View, Visibility
from dampipe.timeline import Format
from dampipe.timeline.reading import SourceClip, read_timeline


@dataclass(frozen=True)
class Matched:
    """A clip with the numbers of all assets that it may be of."""

    report: ClipMatch
    assets: tuple[int, ...]


class TimelineService:
    """Timelines, matched with a library. Any method may raise CatalogueDown."""

    def __init__(self, files: FileRepository, sources: SourceRepository, visibility: Visibility) -> None:
        self._files = files
        self._sources = sources
        self._visibility = visibility

    def match(self, actor: Actor, data: bytes, form: Format, name: str = "the timeline") -> TimelineMatch:
        """The clips of a timeline with the assets that they are of, as far as these are visible.

        name: for messages. Raises InvalidInput for what cannot be read, and TooLarge.
        """
        require(actor, READ)
        found = self.clips(actor, data, form, name)
        counts = {state: sum(one.report.state is state for one in found) for state in MatchState}
        assets = {asset for one in found if one.report.state is MatchState.MATCHED for asset in one.assets}
        return TimelineMatch(
            clips=tuple(one.report for one in found),
            matched=counts[MatchState.MATCHED],
            ambiguous=counts[MatchState.AMBIGUOUS],
            unmatched=counts[MatchState.UNMATCHED],
            assets=len(assets),
        )

    def clips(self, actor: Actor, data: bytes, form: Format, name: str = "the timeline") -> list[Matched]:
        """As `match`, with the numbers of the assets."""
        require(actor, READ)
        clips = read_timeline(data, form, name)
        view = self._visibility.of(actor)
        found: dict[int, Found] = {}
        contents = self._files.of_contents({clip.sha1 for clip in clips if clip.sha1}, view)
        for clip in clips:
            if clip.sha1 in contents:
                found[clip.number] = Found(How.CONTENT, (contents[clip.sha1],))
        self._by_path([clip for clip in clips if clip.number not in found], found, view)
        self._by_name([clip for clip in clips if clip.number not in found], found, view)
        return [_matched(clip, found.get(clip.number)) for clip in clips]

    def _by_path(self, clips: Sequence[SourceClip], found: dict[int, Found], view: View) -> None:
        """By paths as this machine sees them. No path is opened, and no link in it followed."""
        sources = self._sources.all()
        places: dict[tuple[int, str], set[str]] = {}
        paths: dict[str, set[int]] = {}
        for clip in clips:
            for path in clip.paths:
                if not (path.startswith("/") or is_url(path)):
                    continue
                for spelled in (whole := normal_path(path), *path_spellings(whole)):
                    for source, key in _places(spelled, sources):
                        folder, name = split_key(key)
                        places.setdefault((source.id, folder), set()).add(name)
                        paths.setdefault(join_root(source.root, key), set()).add(clip.number)
        for file in self._files.of_places(places, view):
            for number in paths.get(file.path, ()):
                found.setdefault(number, Found(How.PATH, (file,)))

    def _by_name(self, clips: Sequence[SourceClip], found: dict[int, Found], view: View) -> None:
        """By names, reels and time codes: first by the names as they are, which are few."""
        for names_of in (exact_names, stem_names):
            rest = [clip for clip in clips if clip.number not in found]
            if rest:
                self._among({clip.number: names_of(clip) for clip in rest}, rest, found, view)

    def _among(
        self,
        wanted: Mapping[int, Collection[str]],
        clips: Sequence[SourceClip],
        found: dict[int, Found],
        view: View,
    ) -> None:
        """Among files with the wanted names, and those in folders that are named for reels."""
        files = self._files.of_names({name for names in wanted.values() for name in names}, view)
        reels = {reel_key(clip.reel) for clip in clips if clip.reel and clip.timecode_in}
        reels = {reel for reel in reels if len(reel) >= SHORTEST_REEL}
        in_reels = self._files.of_reels(lambda part: reel_key(part) in reels, view) if reels else []
        by_name: dict[str, list[File]] = {}
        for file in files:
            by_name.setdefault(file.name, []).append(file)
        by_reel: dict[str, list[File]] = {}
        for file in in_reels:
            for reel in {reel_key(part) for part in PurePosixPath(file.path).parts[:-1]} & reels:
                by_reel.setdefault(reel, []).append(file)
        media = self._files.media(file.version for file in (*files, *in_reels))
        for clip in clips:
            mine = [file for name in sorted(wanted[clip.number]) for file in by_name.get(name, ())]
            mine += by_reel.get(reel_key(clip.reel), ()) if clip.reel else ()
            one = best(clip, mine, media)
            if one is not None:
                found[clip.number] = one


def _places(path: str, sources: Sequence[Source]) -> Iterator[tuple[Source, str]]:
    """The keys in sources that a path may be, as this machine or another one of their path maps sees them."""
    for source in sources:
        for root in dict.fromkeys([source.root, source.declared, *source.path_maps.values()]):
            if root and path != root and is_below(path, root):
                yield source, below(path, root)


def _matched(clip: SourceClip, found: Found | None) -> Matched:
    path = printable(clip.paths[0]) if clip.paths else ""
    known = {
        "number": clip.number,
        "name": printable(clip.name or (clip.paths[0].rpartition("/")[2] if clip.paths else clip.reel)),
        "path": path,
        "reel": printable(clip.reel),
        "timecode_in": clip.timecode_in,
        "timecode_out": clip.timecode_out,
        "uses": clip.uses,
    }
    if found is None:
        return Matched(ClipMatch(**known, state=MatchState.UNMATCHED, why=_why_not(clip)), ())
    assets = distinct_assets(found.files)
    is_one = len(assets) == 1
    shown: Collection[File] = list(assets.values())[:MOST_CANDIDATES]
    report = ClipMatch(
        **known,
        state=MatchState.MATCHED if is_one else MatchState.AMBIGUOUS,
        how=found.how,
        sure=SURENESS[found.how] if is_one else None,
        why=WHY[found.how] if is_one else f"{len(assets)} assets are equally likely: {WHY[found.how]}",
        assets=tuple(MatchedAsset(asset=file.sha1, path=printable(file.path)) for file in shown),
        candidates=len(assets),
    )
    return Matched(report, tuple(assets))


def _why_not(clip: SourceClip) -> str:
    said = [
        what
        for what, value in (
            ("content", clip.sha1),
            ("path", clip.paths),
            ("name", clip.name),
            ("reel", clip.reel),
        )
        if value
    ]
    return f"no file of the library has its {' or '.join(said)}"
