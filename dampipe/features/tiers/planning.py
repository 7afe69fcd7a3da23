"""Makes the actions of a plan: reads the files of assets in blocks, has the planner decide, and names the copies."""

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from dampipe.features.sources.cards import card_of
from dampipe.features.sources.model import LocationState
from dampipe.features.tiers.estimate import Tally
from dampipe.features.tiers.facts import ARCHIVED, BAD, LEAVING, MISSING, SAME, FactReader, FileFacts, FileRow
from dampipe.features.tiers.model import ActionKind
from dampipe.features.tiers.naming import CopyNames, marked
from dampipe.features.tiers.planner import Copy, Decision, Place, Planner, Proof, Step
from dampipe.features.tiers.plans import NewAction
from dampipe.features.tiers.policy import Rule
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.paths import join_root

NOTHING = Decision()


class _Draft(NamedTuple):
    """A step for a file, before its copy has a name."""

    file: FileFacts
    step: Step


class PlanMaker:
    """Makes the actions of one plan, rule by rule."""

    def __init__(
        self, reader: FactReader, rules: Sequence[Rule], places: Sequence[Place], now: float, busy: AssetSet
    ) -> None:
        """busy: the numbers of versions that are left as they are, since another plan is at work on them."""
        self._reader = reader
        self._rules = rules
        self._now = now
        self._busy = busy
        self._planner = Planner(rules, places, now)
        self._names = CopyNames((place.id, place.name) for place in places)
        self._since = [now - rule.verified_within for rule in rules]
        self._decided: dict[tuple[Any, ...], Decision] = {}
        """By the rule, and what decides of each file: its source, code, class, and whether its proof is fresh."""
        self._given: set[int] = set()
        """Hashes of the places of all copies that have been named; two equal ones are taken for one place, which costs a
        longer name at most."""
        self._roots = {place.id: place.root for place in places}
        self._cards: dict[tuple[int, bytes], bool] = {}
        self.tally = Tally(rules, places, now)

    def actions(self, rule: int, assets: AssetSet) -> Iterator[list[NewAction]]:
        """The actions for the assets that the rule of that index holds for, block by block."""
        tally = self.tally.rules[rule]
        tally.assets = len(assets)
        for block in self._reader.files(assets, self._now):
            drafts: list[_Draft] = []
            begin = 0
            while begin < len(block):
                version, end = block[begin][0], begin + 1
                while end < len(block) and block[end][0] == version:
                    end += 1
                self._decide(rule, version, block[begin:end], drafts)
                begin = end
            yield self._named(rule, drafts)

    def _decide(self, rule: int, version: int, files: Sequence[FileRow], drafts: list[_Draft]) -> None:
        """On the path of every version: what is decided is kept by what the files have in common with others."""
        tally = self.tally.rules[rule]
        tally.versions += 1
        if version in self._busy:
            tally.busy += 1
            return
        since = self._since[rule]
        shape = (rule, *((file[3], file[4], file[6] >= since, file[5]) for file in files))
        decision = self._decided.get(shape)
        if decision is None:
            copies = [_as_copy(file[3], file[4], file[6] >= since, file[5]) for file in files]
            decision = self._planner.decide(rule, copies)
            decision = self._decided[shape] = NOTHING if decision == NOTHING else decision
        if decision is not NOTHING:
            self._take(rule, decision, [FileFacts(*file) for file in files], drafts)

    def _take(self, rule: int, decision: Decision, files: list[FileFacts], drafts: list[_Draft]) -> None:
        tally = self.tally.rules[rule]
        if decision.is_below:
            tally.below += 1
        for at in decision.unproved:
            tally.unproved.add(files[at].size)
        if decision.lack is not None:
            tally.lack(decision.lack, files[0].size)
        for at in decision.kept:
            tally.kept.add(files[at].size)
        for step in decision.steps:
            file = files[step.file]
            if step.kind is ActionKind.DELETE and self._is_in_card(file.source, file.folder):
                # Programs do not read a card without one of its files.
                tally.kept.add(file.size)
            else:
                drafts.append(_Draft(file, step))

    def _is_in_card(self, source: int, folder: bytes) -> bool:
        known = self._cards.get((source, folder))
        if known is None:
            path = join_root(self._roots[source], os.fsdecode(folder))
            known = self._cards[source, folder] = card_of(path) is not None
        return known

    # Names

    def _named(self, rule: int, drafts: list[_Draft]) -> list[NewAction]:
        """The actions, with the keys of copies: none is one that another content has, or had."""
        wanted: dict[tuple[int, int], bytes] = {}
        for file, step in drafts:
            if step.kind is ActionKind.COPY:
                wanted[file.version, step.source] = self._names.key(file.source, file.key, step.source)
        keys = self._free(wanted)
        actions = []
        for file, step in drafts:
            is_copy = step.kind is ActionKind.COPY
            key = keys.get((file.version, step.source)) if is_copy or step.is_made else file.key
            if key is None:
                continue
            if is_copy:
                self._given.add(hash((step.source, key)))
            self.tally.add(rule, step, file)
            actions.append(
                NewAction(
                    kind=step.kind,
                    rule=self._rules[rule].name,
                    version=file.version,
                    location=None if step.is_made else file.location,
                    source=step.source,
                    key=key,
                    size=file.size,
                    storage_class=step.storage_class,
                )
            )
        return actions

    def _free(self, wanted: dict[tuple[int, int], bytes]) -> dict[tuple[int, int], bytes]:
        """Keys of copies, by version and destination, with a mark in those that are taken."""
        keys = dict(wanted)
        for _ in range(2):
            clashes = self._clashes(keys)
            if not clashes:
                return keys
            sha1s = self._reader.sha1s([version for version, _ in clashes])
            keys |= {place: marked(wanted[place], sha1s[place[0]]) for place in clashes if place[0] in sha1s}
        return {place: key for place, key in keys.items() if place not in self._clashes(keys)}

    def _clashes(self, keys: dict[tuple[int, int], bytes]) -> set[tuple[int, int]]:
        found = set()
        seen: dict[tuple[int, bytes], int] = {}
        for destination, some in groupby(
            sorted(keys.items(), key=lambda one: one[0][1]), key=lambda one: one[0][1]
        ):
            mine = {place[0]: key for place, key in some}
            taken = self._reader.taken(destination, mine.values())
            for version, key in mine.items():
                first = seen.setdefault((destination, key), version)
                is_known = key in taken and taken[key] != version
                if is_known or first != version or hash((destination, key)) in self._given:
                    found.add((version, destination))
        return found


def _as_copy(source: int, code: int, is_fresh: bool, storage_class: str) -> Copy:
    state = LocationState.PRESENT
    if code & (MISSING | LEAVING):
        state = LocationState.LEAVING if code & LEAVING else LocationState.MISSING
    proof = Proof.NONE
    if code & BAD:
        proof = Proof.BAD
    elif code & SAME:
        proof = Proof.FRESH if is_fresh else Proof.OLD
    return Copy(source, state, bool(code & ARCHIVED), proof, storage_class)
