"""A round of review over HTTP: two editors, a manager and a guest; a new version; out to editing programs and back."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

import dampipe
from dampipe.features.access.model import TokenRequest, UserRequest
from dampipe.features.access.service import AccessService
from dampipe.features.review.sweep import CarrySweep
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.container import Services
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.timeline import Format
from dampipe.timeline.reading import read_timeline
from dampipe.web.app import create_app
from tests.support.rendered_footage import HEIGHT, WIDTH, render
from tests.support.serving import serving

RATE = 24
CUT = 36
"""Frames that the new version lacks at its start."""
START = 3600 * RATE
"""The number of the first frame by time code, 01:00:00:00."""
FORMATS = tuple(Format)
SCOPES = ("read", "search", "export", "status", "comment", "edit", "share", "move", "manage")


def encode(frames: np.ndarray, path: Path, *codec: str, timecode: str = "01:00:00:00") -> None:
    """Write frames, shape (count, height, width, 3), as a file."""
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-"]
    made = ["-timecode", timecode, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", *codec]
    command = [find_ffmpeg().path, "-v", "error", "-y", *source, *made, str(path)]
    subprocess.run(command, input=np.ascontiguousarray(frames).tobytes(), check=True)


class Client:
    """A client of the API."""

    def __init__(self, url: str, secret: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60)
        self.close = self._http.close

    def __call__(self, method: str, path: str, body: Any = None, code: int = 200, **query: Any) -> Any:
        """Send a request; returns JSON, or the bytes of another type. Fails unless the status is `code`."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        answer = self._http.request(method, path, params=query, **content)
        assert answer.status_code == code, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.content


class Team:
    """A library with a server, and those who use it."""

    def __init__(self, folder: Path) -> None:
        self.footage = folder / "footage"
        self.footage.mkdir()
        self.library: Any = dampipe.open(home=folder / "home", model="tiny", in_process=True, settle=0.0)
        self._clock = 1_700_000_000
        self.clients: list[Client] = []

    def client(self, url: str, secret: str | None = None) -> Client:
        """A client, whose connections are closed with the library."""
        self.clients.append(Client(url, secret))
        return self.clients[-1]

    def put(self, name: str, frames: np.ndarray, *codec: str, timecode: str = "01:00:00:00") -> None:
        """Write a file; it is new, or has another time than before."""
        encode(frames, self.footage / name, *codec, timecode=timecode)
        self._clock += 10
        os.utime(self.footage / name, (self._clock, self._clock))

    def process(self) -> None:
        """Scan, do what there is to do, and what the sweep of a deployment adds."""
        self.library.add(self.footage)
        self.library.process()
        self.library.service(CarrySweep)()
        self.library.process()

    def user(self, url: str, name: str, role: Role) -> Client:
        """A user with a token for all that the role may do."""
        access: AccessService = self.library.service(AccessService)
        access.add_user(LOCAL, UserRequest(name=name, role=role))
        token = access.create_token(LOCAL, TokenRequest(name=f"{name}-token", scopes=SCOPES, user=name))
        return self.client(url, token.token)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    for client in made.clients:
        client.close()
    made.library.close()


def comments_of(client: Client, sha1: str) -> list[dict[str, Any]]:
    return client("GET", f"/assets/{sha1}/comments")["comments"]


def frames_of(comments: list[dict[str, Any]]) -> dict[str, tuple[int, int | None, str]]:
    """First frame, frame of the end and time code in the current version, by text."""
    return {
        one["text"]: (
            one["now"]["start"]["frame"],
            one["now"]["end"]["frame"] if one["now"]["end"] else None,
            one["now"]["start"]["timecode"],
        )
        for one in comments
        if one["now"] and one["now"]["start"]
    }


def code_at(frame: int) -> str:
    """The time code of a frame of the first version."""
    seconds, frames = divmod(START + frame, RATE)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def test_a_round_of_review(team: Team) -> None:
    shot = render(7, seconds=16.0, rate=RATE).frames[: 16 * RATE]
    team.put("take 1.mov", shot, "-crf", "20")
    team.put("take 2.mov", render(8, seconds=4.0, rate=RATE).frames[: 4 * RATE], "-crf", "24")
    team.put("secret.mov", render(9, seconds=3.0, rate=RATE).frames[: 3 * RATE], "-crf", "24")
    team.process()
    with serving(create_app(team.library.service(Services))) as url:
        anna, ben, carla = (
            team.user(url, name, role)
            for name, role in (("anna", Role.EDITOR), ("ben", Role.EDITOR), ("carla", Role.MANAGER))
        )
        found = {one["name"]: one["sha1"] for one in anna("GET", "/assets")}
        take, other, secret = (found[name] for name in ("take 1.mov", "take 2.mov", "secret.mov"))

        # gather, and put in order
        selects = anna("POST", "/collections", {"name": "Selects"}, 201)["id"]
        anna("POST", f"/collections/{selects}/items", {"assets": [other]})
        span = {"asset": take, "name": "the turn", "start": code_at(48), "last": code_at(95)}
        subclip = ben("POST", "/subclips", span, 201)
        assert (subclip["start"]["frame"], subclip["end"]["frame"]) == (48, 96)
        ben("POST", f"/collections/{selects}/items", {"assets": [take], "subclips": [subclip["id"]]})
        items = anna("GET", f"/collections/{selects}/items")["items"]
        assert [bool(one["subclip"]) for one in items] == [False, False, True]
        anna("POST", f"/collections/{selects}/items/move", {"items": [items[2]["id"]], "first": True})
        items = ben("GET", f"/collections/{selects}/items")["items"]
        assert [one["subclip"]["name"] if one["subclip"] else one["name"] for one in items] == [
            "the turn",
            "take 2.mov",
            "take 1.mov",
        ]
        # two editors rename it at once: the second is shown both names
        version = anna("GET", f"/collections/{selects}")["version"]
        anna("PATCH", f"/collections/{selects}", {"name": "Best", "if_version": version})
        refused = ben("PATCH", f"/collections/{selects}", {"name": "Picks", "if_version": version}, 409)
        assert (refused["parameters"]["yours"], refused["parameters"]["theirs"]) == ("Picks", "Best")

        # comments with a drawing and replies
        drawing = {
            "shapes": [
                {"shape": "arrow", "points": [[0.1, 0.1], [0.5, 0.5]], "color": "#ff0000", "width": 0.01}
            ]
        }
        early = {"text": "starts too soon", "start": code_at(10)}
        note = {"text": "look at the edge, @ben", "start": code_at(120), "drawing": drawing}
        gone = anna("POST", f"/assets/{take}/comments", early, 201)
        seen = anna("POST", f"/assets/{take}/comments", note, 201)
        assert (seen["start"]["timecode"], seen["start"]["frame"]) == (code_at(120), 120)
        assert [one["comment"] for one in ben("GET", "/comments/mentions")] == [seen["id"]]
        assert b"<svg" in ben("GET", f"/comments/{seen['id']}/drawing.svg")
        ben("POST", f"/comments/{seen['id']}/replies", {"text": "mended in the next one"}, 201)
        marker = {"kind": "marker", "name": "sync", "color": "red", "text": "clap", "start": code_at(200)}
        ben("POST", f"/assets/{take}/comments", marker, 201)

        # share: a guest looks, comments and approves, and sees nothing else
        carla("POST", "/workflow/apply", {"toml": REVIEW})
        anna("POST", f"/assets/{take}/workflow/move", {"transition": "submit"})
        wanted = {"collection": selects, "allow": ["comment"], "moves": ["approve"], "password": "velvet"}
        link = carla("POST", "/shares", wanted, 201)
        stranger = team.client(url)
        opening = {"token": link["token"], "guest": "Gerda", "bearer": True}
        stranger("POST", "/share-sessions", {**opening, "password": "wrong"}, 401)
        session = stranger("POST", "/share-sessions", {**opening, "password": "velvet"}, 201)
        guest = team.client(url, session["secret"])
        shown = guest("GET", f"/collections/{selects}/items")["items"]
        assert {one["asset"] for one in shown} == {take, other}
        for path in (f"/assets/{secret}", f"/assets/{secret}/comments", f"/assets/{secret}/poster"):
            guest("GET", path, code=404)
        assert str(team.footage).encode() not in str(guest("GET", f"/assets/{take}")).encode()
        span = {"text": "I like this", "start": code_at(240), "end": code_at(264)}
        liked = guest("POST", f"/assets/{take}/comments", span, 201)
        assert (liked["author_name"], liked["is_guest"]) == ("Gerda", True)
        guest("PATCH", f"/comments/{seen['id']}", {"text": "mine now"}, 403)
        anna("POST", f"/comments/{seen['id']}/resolve", {})
        moved = guest("POST", f"/assets/{take}/workflow/move", {"transition": "approve"})
        assert moved["state"] == "approved"

        # a new version arrives at the same path: what was said moves with the frames
        before = comments_of(anna, take)
        team.put("take 1.mov", shot[CUT:], "-crf", "26", timecode=code_at(CUT))
        team.process()
        versions = anna("GET", f"/assets/{take}/versions")["versions"]
        assert len(versions) == 2
        [new] = {one["sha1"] for one in versions} - {take}
        after = {one["text"]: one for one in comments_of(anna, new)}
        assert {one["text"] for one in before} == set(after)
        assert after[gone["text"]]["now"]["text"] == "no longer there"
        for text, frame in (("look at the edge, @ben", 120), ("clap", 200), ("I like this", 240)):
            now = after[text]["now"]
            assert (now["text"], now["start"]["frame"]) == (f"moved -{CUT} frames", frame - CUT)
            assert now["start"]["timecode"] == code_at(frame), "the new file has the time codes of its frames"
        assert after["look at the edge, @ben"]["resolved_by"] == "token:anna-token"
        assert [one["text"] for one in after["look at the edge, @ben"]["replies"]] == [
            "mended in the next one"
        ]
        carried = anna("GET", f"/subclips/{subclip['id']}")["carried"]
        assert (carried["text"], carried["start"]["frame"]) == (f"moved -{CUT} frames", 48 - CUT)
        assert guest("GET", f"/assets/{new}/workflow")["state"] == "draft", "what is new was not approved yet"

        # out to an editing program and back: nothing is lost, and nothing is there twice
        kept = frames_of(comments_of(anna, new))
        assert set(kept) == set(after) - {gone["text"]}
        for form in FORMATS:
            cut = anna("POST", "/comments/export", {"assets": [new], "format": form})
            again = anna("POST", "/comments/import", cut, format=form)
            assert (again["created"], again["updated"], again["skipped"]) == (0, 0, []), form
            assert frames_of(comments_of(anna, new)) == kept
            # into a library that has lost them
            for one in comments_of(carla, new):
                carla("DELETE", f"/comments/{one['id']}")
            assert comments_of(anna, new) == []
            back = anna("POST", "/comments/import", cut, format=form)
            assert back["created"] == len(kept), form
            made = comments_of(anna, new)
            assert frames_of(made) == kept, form
            assert {one["text"]: len(one["replies"]) for one in made if one["replies"]} == {
                "look at the edge, @ben": 1
            }
            anna("POST", f"/edits/{anna('GET', '/edits')[0]['id']}/undo")  # of the import
            for edit in carla("GET", "/edits")[: len(after)]:
                carla("POST", f"/edits/{edit['id']}/undo")
            assert {one["id"] for one in comments_of(anna, new)} == {one["id"] for one in before}
            collected = anna("GET", f"/collections/{selects}/export", format=form)
            turn, _, whole = read_timeline(collected, form)
            assert (turn.sha1, turn.timecode_in, turn.timecode_out) == (new, code_at(48), code_at(96)), form
            assert turn.markers == () and len(whole.markers) == len(kept), (
                "a subclip has those within its span"
            )
        carla("POST", f"/shares/{link['id']}/revoke")
        guest("GET", f"/collections/{selects}/items", code=401)


REVIEW = """
key = "review"
states = [{ key = "draft" }, { key = "in_review" }, { key = "approved", final = true }]
[[transitions]]
key = "submit"
from = ["draft"]
to = "in_review"
[[transitions]]
key = "approve"
from = ["in_review"]
to = "approved"
role = "manager"
"""
