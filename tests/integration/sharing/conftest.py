"""A library with two folders, of which two editors see one each, and guests of links."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.sharing.model import ShareCreated, ShareRequest
from dampipe.features.sharing.service import ShareService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from tests.integration.access.conftest import PASSWORD, Guarded
from tests.support.demo_clips import DemoClips


class Shared(Guarded):
    """alpha.mp4 and bravo.mp4 lie in `monday`, which anna sees; charlie.mp4 in `night`, which emil sees."""

    footage: Path
    sha1s: dict[str, str]
    """By name without suffix."""

    def actor(self, name: str) -> Actor:
        """A user as an actor."""
        found = self.library.service(AccessRepository).user(name)
        return Actor(ActorKind.USER, name, found.role, user=found.id)

    @property
    def shares(self) -> ShareService:
        """The use cases of sharing."""
        found: ShareService = self.library.service(ShareService)
        return found

    def share(self, by: str | None, asset: str | None = "alpha", **more: Any) -> ShareCreated:
        """A link by a user, or by the command line."""
        actor = LOCAL if by is None else self.actor(by)
        name = None if asset is None else self.sha1s[asset]
        return self.shares.create(actor, ShareRequest(asset=name, **more))

    def enter(self, share: ShareCreated, client: TestClient | None = None, **body: Any) -> Any:
        """The answer to a guest who opens a link."""
        http = client or self.client()
        return http.post("/api/v1/share-sessions", json={"token": share.token, "guest": "Maria", **body})

    def guest(self, share: ShareCreated, **body: Any) -> TestClient:
        """A browser in which a guest has opened a link."""
        http = self.client()
        answer = self.enter(share, http, **body)
        assert answer.status_code == 201, answer.text
        return http


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[Shared]:
    made = demo_clips(tmp_path_factory.mktemp("clips"))
    footage = tmp_path_factory.mktemp("footage")
    for place, clip in zip(("monday/alpha.mp4", "monday/bravo.mp4", "night/charlie.mp4"), made, strict=False):
        (footage / place).parent.mkdir(exist_ok=True)
        shutil.copy(clip, footage / place)
    with dampipe.open(
        home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True, settle=0.0
    ) as library:
        library.add(footage)
        library.process()
        found = Shared(library)
        found.footage = footage
        found.sha1s = {Path(path).stem: video.sha1 for video in library.videos() for path in video.paths}
        access = library.service(AccessService)
        for name, role, sees in (
            ("root", Role.ADMIN, None),
            ("anna", Role.EDITOR, (str(footage / "monday"),)),
            ("emil", Role.EDITOR, (str(footage / "night"),)),
            ("boss", Role.MANAGER, ()),
            ("vera", Role.VIEWER, ()),
        ):
            access.add_user(LOCAL, UserRequest(name=name, role=role, password=PASSWORD, sees=sees))
        library.service(WorkflowService).apply(LOCAL, shipped_toml("review"))
        yield found
