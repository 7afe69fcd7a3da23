"""No sequence of calls, by whatever role, gets content into an approved state that did not pass the guards.

What is approved is remembered content by content, apart from the code that is tested: content is added where an approval
was reported, and the test itself knows that its guard held and that the actor was allowed to; it is removed where an
approval was taken back. Whatever is done in between (assets stacked, split and undone, workflows turned off and on), no
other content is ever approved.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from dampipe.features.assets.selected import Selected
from dampipe.features.assets.tables import VERSION
from dampipe.features.versions.model import Metadata, SplitRequest, StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.model import MoveRequest
from dampipe.features.workflow.tables import ITEM
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Forbidden, InvalidInput
from tests.integration.workflow.conftest import Flowing
from tests.support.searching import sha1

DEFINITION = """
key = "guarded"
states = [{ key = "draft" }, { key = "in_review" }, { key = "approved", final = true }, { key = "sent", final = true }]

[[transitions]]
key = "submit"
from = ["draft"]
to = "in_review"
role = "commenter"

[[transitions]]
key = "withdraw"
from = ["in_review"]
to = "draft"

[[transitions]]
key = "approve"
from = ["in_review"]
to = "approved"
role = "manager"
guards = [{ name = "named", prefix = "ok" }]

[[transitions]]
key = "sign"
from = ["in_review"]
to = "approved"
role = "commenter"
users = ["carl"]
assignee = true
guards = [{ name = "named", prefix = "ok" }]

[[transitions]]
key = "send"
from = ["approved"]
to = "sent"
role = "editor"

[[transitions]]
key = "reopen"
from = ["approved", "sent"]
to = "draft"
role = "manager"
comment = true
"""
INTO, OUT = ("approve", "sign"), ("reopen",)
BEYOND = ("approved", "sent")
PEOPLE = {
    "vera": Role.VIEWER,
    "carl": Role.COMMENTER,
    "emil": Role.EDITOR,
    "mia": Role.MANAGER,
    "root": Role.ADMIN,
}
NUMBERS = count()
CLIPS = st.integers(0, 2)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Flowing, dict[str, Actor]]]:
    made = Flowing(f"sqlite:///{tmp_path / 'c.sqlite'}", tmp_path)
    actors = {name: made.user(name, role) for name, role in PEOPLE.items()}
    actors["anna"] = made.user("anna", Role.EDITOR, "nowhere")
    actors["token of emil"] = Actor(
        ActorKind.TOKEN, "t", Role.EDITOR, frozenset({"read", "move"}), actors["emil"].user
    )
    actors["token that edits"] = Actor(ActorKind.TOKEN, "e", Role.ADMIN, frozenset({"read", "edit"}))
    actors["local"] = LOCAL
    made.apply(DEFINITION)
    yield made, actors
    made.close()


def may(name: str, actor: Actor, transition: str, assignee: str | None) -> bool:
    """Whether the test thinks that the actor may approve."""
    if name in ("vera", "anna", "token that edits"):
        return False
    if transition == "approve":
        return actor.role >= Role.MANAGER
    person = {"token of emil": "emil"}.get(name, name)
    return name == "local" or person in ("carl", assignee)


def test_no_sequence_of_calls_gets_round_a_guard(library: tuple[Flowing, dict[str, Actor]]) -> None:
    flow, actors = library
    versions: VersionService = flow.service(VersionService)
    approvals: list[str] = []

    class Machine(RuleBasedStateMachine):
        @initialize(named=st.tuples(*3 * [st.booleans()]), progress=st.integers(0, 2))
        def begin(self, named: tuple[bool, ...], progress: int) -> None:
            number = next(NUMBERS)
            self.clips = [f"{number}/{name}.mp4" for name in "abc"]
            flow.add(*self.clips)
            self.named = dict.fromkeys(self.clips, False)
            self.passed: set[str] = set()
            for clip, right in enumerate(named):
                self.rename(clip, right)
            for transition in ("submit", "approve")[:progress]:
                self.move_all("mia", transition, False)

        def together(self, clip: str) -> set[str]:
            """The clips whose contents are versions of one asset with this one."""
            states = self.read()
            return {other for other in self.clips if states[other][0] == states[clip][0]}

        def read(self) -> dict[str, tuple[int, str, str | None]]:
            """Asset, state and assignee of each clip, from the tables."""
            query = (
                select(VERSION.c.sha1, VERSION.c.asset_id, ITEM.c.state, ITEM.c.assignee)
                .outerjoin_from(VERSION, ITEM, ITEM.c.asset_id == VERSION.c.asset_id)
                .where(VERSION.c.sha1.in_(map(sha1, self.clips)))
            )
            with flow.database.read() as connection:
                rows = {row.sha1: row for row in connection.execute(query)}
            return {
                clip: (
                    rows[sha1(clip)].asset_id,
                    rows[sha1(clip)].state or "draft",
                    rows[sha1(clip)].assignee,
                )
                for clip in self.clips
            }

        def note(self, name: str, transition: str, clip: str, assignee: str | None) -> None:
            contents = self.together(clip)
            if transition in INTO:
                assert all(self.named[one] for one in contents), "a guard was passed by"
                assert may(name, actors[name], transition, assignee), f"{name} approved"
                self.passed |= contents
                approvals.append(clip)
            if transition in OUT:
                self.passed -= contents

        @rule(
            name=st.sampled_from(sorted(actors)),
            transition=st.sampled_from(["submit", "submit", "withdraw", *INTO, *INTO, "send", *OUT]),
            number=CLIPS,
            comment=st.sampled_from(["", "why"]),
        )
        def move(self, name: str, transition: str, number: int, comment: str) -> None:
            clip = self.clips[number]
            before = self.read()[clip]
            try:
                flow.workflow.move_one(actors[name], sha1(clip), transition, comment)
            except (InvalidInput, Forbidden):
                assert self.read()[clip] == before
                return
            self.note(name, transition, clip, before[2])

        @rule(
            name=st.sampled_from(sorted(actors)),
            transition=st.sampled_from(["submit", *INTO]),
            dry_run=st.booleans(),
        )
        def move_all(self, name: str, transition: str, dry_run: bool) -> None:
            before = self.read()
            request = MoveRequest(
                transition=transition, assets=tuple(map(sha1, self.clips)), comment="all", dry_run=dry_run
            )
            try:
                report = flow.workflow.move(actors[name], request)
            except (InvalidInput, Forbidden):
                assert self.read() == before
                return
            moved = {result.asset for result in report.results if result.moved}
            assert len(moved) == (0 if dry_run else report.moved)
            for clip in self.clips:
                if sha1(clip) in moved:
                    self.note(name, transition, clip, before[clip][2])

        @rule(number=CLIPS, right=st.booleans())
        def rename(self, number: int, right: bool) -> None:
            self.named[self.clips[number]] = right
            flow.rename(self.clips[number], "ok.mp4" if right else "no.mp4")

        @rule(
            name=st.sampled_from(["emil", "mia", "carl", "token that edits"]),
            number=CLIPS,
            who=st.sampled_from([None, "emil", "vera", "carl"]),
        )
        def assign(self, name: str, number: int, who: str | None) -> None:
            try:
                flow.workflow.assign(actors[name], Selected(assets=(sha1(self.clips[number]),)), who)
            except Forbidden:
                assert name == "carl"

        @rule(number=CLIPS, other=CLIPS)
        def stack(self, number: int, other: int) -> None:
            request = StackRequest(asset=sha1(self.clips[number]), others=(sha1(self.clips[other]),))
            try:
                versions.stack(actors["emil"], request)
            except InvalidInput:
                return

        @rule(number=CLIPS, metadata=st.sampled_from(Metadata))
        def split(self, number: int, metadata: Metadata) -> None:
            try:
                versions.split(
                    actors["emil"], SplitRequest(version=sha1(self.clips[number]), metadata=metadata)
                )
            except InvalidInput:
                return

        @rule(number=CLIPS)
        def undo(self, number: int) -> None:
            try:
                versions.undo(actors["emil"], sha1(self.clips[number]))
            except InvalidInput:
                return

        @rule()
        def turn_off_and_on(self) -> None:
            flow.apply(shipped_toml("none"))
            flow.apply(DEFINITION)

        @invariant()
        def nothing_else_is_approved(self) -> None:
            for clip, (_, state, _) in self.read().items():
                assert state not in BEYOND or clip in self.passed, clip

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert approvals, "the sequences approve something at all"
