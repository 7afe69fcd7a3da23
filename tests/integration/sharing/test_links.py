"""Share links over HTTP: who may share what, what guests may do, and how links end."""

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from dampipe.features.collections.grants import CollectionGrantService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection, Right
from dampipe.features.collections.service import CollectionService
from dampipe.features.sharing.model import Allow, ShareChange, ShareState
from dampipe.features.sharing.queries import ShareRepository
from dampipe.features.sharing.tables import SHARE, SHARE_KEY, SHARE_SESSION
from dampipe.features.undo.service import UndoService
from dampipe.features.undo.tables import EDIT_CHANGE
from dampipe.features.workflow.model import MoveRequest
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.guests import guest_endpoints
from tests.integration.access.conftest import PASSWORD
from tests.integration.sharing.conftest import Shared

SESSIONS = "/api/v1/share-sessions"


@pytest.fixture(autouse=True)
def clean(here: Shared) -> Iterator[None]:
    """No test is throttled for what another has tried."""
    yield
    with here.library.service(Database).write() as connection:
        connection.exec_driver_sql("DELETE FROM login_window")


def events(here: Shared, name: str) -> list[tuple[str, str]]:
    with here.library.service(Database).read() as connection:
        query = select(EVENT.c.actor, EVENT.c.data).where(EVENT.c.name == name).order_by(EVENT.c.at)
        return [(row.actor, row.data) for row in connection.execute(query)]


def test_a_guest_sees_the_asset_of_the_link_and_nothing_else(here: Shared) -> None:
    share = here.share("anna")
    http = here.client()
    assert http.get("/api/v1/assets").status_code == 401
    answer = here.enter(share, http)
    assert answer.status_code == 201 and share.token not in answer.text
    body = answer.json()
    assert (body["asset"], body["allow"], body["moves"], body["secret"]) == (
        here.sha1s["alpha"],
        [],
        [],
        None,
    )
    assert [one["name"] for one in http.get("/api/v1/assets").json()] == ["alpha.mp4"]
    shown = http.get(f"/api/v1/assets/{here.sha1s['alpha']}").json()
    assert shown["video"]["paths"] == [] and shown["runs"] == [] and shown["card"] is None
    assert "monday" not in str(shown)
    for kind in ("poster", "sprite", "sprite_vtt", "proxy"):
        assert http.get(f"/api/v1/assets/{here.sha1s['alpha']}/{kind}").status_code == 200, kind
    for other in ("bravo", "charlie"):
        assert http.get(f"/api/v1/assets/{here.sha1s[other]}").status_code == 404
        assert http.get(f"/api/v1/assets/{here.sha1s[other]}/poster").status_code == 404
    current = http.get(f"{SESSIONS}/current").json()
    assert current == {key: value for key, value in body.items() if key != "secret"}


def test_a_link_says_what_it_needs_without_being_opened(here: Shared) -> None:
    http = here.client()

    def needs(token: str) -> tuple[int, object]:
        answer = http.post(f"{SESSIONS}/needs", json={"token": token})
        return answer.status_code, answer.json() if answer.status_code == 200 else answer.json()["code"]

    plain, closed = here.share("anna"), here.share("anna")
    comments = here.share("anna", allow=(Allow.COMMENT,), password="correct horse")
    assert needs(plain.token) == (200, {"password": False, "guest": False})
    assert needs(comments.token) == (200, {"password": True, "guest": True})
    assert needs("none") == (401, "share.link_invalid")
    here.shares.revoke(here.actor("anna"), closed.id)
    assert needs(closed.token) == (401, "share.revoked")
    assert http.get("/api/v1/assets").status_code == 401
    shown = here.shares.show(here.actor("anna"), plain.id)
    assert shown.opened == 0
    for _ in range(40):  # valid tokens are no attempts, all others are
        assert needs(plain.token)[0] == 200
    assert [needs("none")[0] for _ in range(40)][-1] == 429


def test_head_and_range_of_derivatives_answer_guests_as_they_answer_users(here: Shared) -> None:
    http = here.guest(here.share("anna"))
    own, other = here.sha1s["alpha"], here.sha1s["bravo"]
    part = http.get(f"/api/v1/assets/{own}/proxy", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)
    assert http.head(f"/api/v1/assets/{own}/proxy").status_code == 200
    for path in (f"assets/{other}/proxy", f"assets/{other}/poster"):
        assert http.head(f"/api/v1/{path}").status_code == 404
        assert http.get(f"/api/v1/{path}", headers={"Range": "bytes=0-9"}).status_code == 404
        assert http.get(f"/api/v1/{path}", headers={"If-None-Match": "*"}).status_code == 404
    assert http.head(f"/api/v1/assets/{own}/original").status_code == 403


def test_downloads_are_as_the_link_allows_and_audited(here: Shared) -> None:
    own = here.sha1s["alpha"]
    looking = here.guest(here.share("anna"))
    for path in (f"assets/{own}/proxy/download", f"assets/{own}/poster/download", f"assets/{own}/original"):
        assert looking.get(f"/api/v1/{path}").status_code == 403, path
    proxies = here.share("anna", allow=(Allow.DOWNLOAD,))
    http = here.guest(proxies)
    assert http.get(f"/api/v1/assets/{own}/proxy/download").status_code == 200
    assert http.get(f"/api/v1/assets/{own}/original").status_code == 403
    assert http.get(f"/api/v1/assets/{here.sha1s['bravo']}/proxy/download").status_code == 404
    originals = here.share("anna", allow=(Allow.ORIGINALS,))
    http = here.guest(originals)
    answer = http.get(f"/api/v1/assets/{own}/original")
    assert answer.content == (here.footage / "monday/alpha.mp4").read_bytes()
    assert "alpha.mp4" in answer.headers["content-disposition"] and "monday" not in str(answer.headers)
    assert http.get(f"/api/v1/assets/{own}/proxy/download").status_code == 403
    found = events(here, "share.downloaded")
    assert [actor for actor, _ in found] == [f"link:{proxies.id}/Maria", f"link:{originals.id}/Maria"]
    assert f'"share": {originals.id}' in found[1][1] and "original.opened" in found[1][1]


def test_a_link_allows_no_more_than_the_one_who_shared_may(here: Shared) -> None:
    with pytest.raises(Forbidden):
        here.share("vera")
    with pytest.raises(NotFound):
        here.share("anna", "charlie")
    with pytest.raises(InvalidInput):
        here.share("anna", moves=("approve",))  # it needs the role manager
    with pytest.raises(InvalidInput):
        here.share("anna", None)
    with pytest.raises(InvalidInput):
        here.share("anna", "alpha", collection=1)
    token = here.token("uploader", "read", "share")
    answer = here.client().post("/api/v1/shares", json={"asset": here.sha1s["alpha"]}, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (403, "share.needs_user")
    token = here.token("sharer", "read", "share", user="anna")
    body = {"asset": here.sha1s["alpha"], "allow": ["originals"]}
    answer = here.client().post("/api/v1/shares", json=body, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "share.more_than_own")


def test_a_link_shows_what_the_one_who_shared_sees_and_may_now(here: Shared) -> None:
    access = here.access
    here.add("carl", Role.EDITOR, sees=(str(here.footage / "monday"),))
    share = here.share("carl", allow=(Allow.ORIGINALS, Allow.COMMENT))
    http, own = here.guest(share), here.sha1s["alpha"]
    assert http.get(f"/api/v1/assets/{own}/original").status_code == 200
    access.change_user(LOCAL, "carl", role=Role.COMMENTER)
    assert http.get(f"/api/v1/assets/{own}/original").status_code == 403
    assert http.get(f"{SESSIONS}/current").json()["allow"] == ["comment"]
    access.revoke(LOCAL, "carl", str(here.footage / "monday"))
    assert http.get("/api/v1/assets").json() == [] and http.get(f"/api/v1/assets/{own}").status_code == 404
    assert http.get(f"{SESSIONS}/current").json()["asset"] is None
    access.grant(LOCAL, "carl", str(here.footage / "monday"))
    assert len(http.get("/api/v1/assets").json()) == 1
    access.change_user(LOCAL, "carl", disabled=True)
    assert http.get("/api/v1/assets").status_code == 401
    assert here.enter(share).json()["code"] == "share.link_invalid"
    assert here.shares.show(LOCAL, share.id).state is ShareState.DISABLED
    access.change_user(LOCAL, "carl", disabled=False)
    assert http.get("/api/v1/assets").status_code == 200
    access.remove_user(LOCAL, "carl")
    assert http.get("/api/v1/assets").status_code == 401
    assert here.enter(share).json()["code"] == "share.link_invalid"
    with pytest.raises(NotFound):
        here.shares.show(LOCAL, share.id)


def test_what_was_shared_with_a_user_is_not_theirs_to_share(here: Shared) -> None:
    anna = here.actor("anna")
    made = here.library.service(CollectionService).create(anna, NewCollection(name="for emil", private=True))
    here.library.service(CollectionItemService).add(anna, made.id, Chosen(assets=(here.sha1s["alpha"],)))
    here.library.service(CollectionGrantService).grant(anna, made.id, "user:emil", Right.EDIT)
    assert here.logged_in("emil").get(f"/api/v1/assets/{here.sha1s['alpha']}").status_code == 200
    with pytest.raises(Forbidden):
        here.share("emil")
    share = here.share("emil", None, collection=made.id)  # which shows nothing of what is not emil's
    assert here.guest(share).get("/api/v1/assets").json() == []
    assert here.guest(share).get(f"/api/v1/collections/{made.id}").json()["items"] == 0


def test_passwords_are_hashed_and_guesses_throttled(here: Shared) -> None:
    share = here.share("anna", password="open sesame")
    assert here.enter(share).json()["code"] == "share.password_wrong"
    assert here.enter(share, password="open sesam").json()["code"] == "share.password_wrong"
    assert here.enter(share, password="open sesame").status_code == 201
    statuses = [here.enter(share, password=f"guess {n}").status_code for n in range(12)]
    assert statuses == [401] * 8 + [429] * 4
    refused = here.enter(share, password="open sesame")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
    elsewhere = here.client(address="10.1.2.3")
    assert here.enter(share, elsewhere, password="open sesame").status_code == 201
    with here.library.service(Database).read() as connection:
        stored = connection.execute(select(SHARE_KEY).where(SHARE_KEY.c.share_id == share.id)).one()
    assert stored.password_hash.startswith("$argon2") and "sesame" not in str(stored)
    assert stored.token_hash == hashlib.sha256(share.token.encode()).hexdigest()


def test_guesses_of_tokens_are_throttled_and_say_nothing(here: Shared) -> None:
    http = here.client(address="10.9.9.9")
    answers = [http.post(SESSIONS, json={"token": f"guess-{number}", "guest": "x"}) for number in range(31)]
    assert {one.status_code for one in answers[:30]} == {401} and answers[30].status_code == 429
    assert len({one.text for one in answers[:30]}) == 1
    assert answers[0].json()["code"] == "share.link_invalid"


def test_the_one_who_has_the_link_learns_why_it_is_closed(here: Shared) -> None:
    database = here.library.service(Database)
    share = here.share("anna", days=1)
    http = here.guest(share)
    with database.write() as connection:
        connection.execute(update(SHARE).where(SHARE.c.id == share.id).values(expires_at=1.0))
    assert here.enter(share).json()["code"] == "share.expired"
    assert http.get("/api/v1/assets").status_code == 401, "a session ends with its link"
    here.shares.change(here.actor("anna"), share.id, ShareChange(days=1))
    assert http.get("/api/v1/assets").status_code == 200
    here.shares.revoke(here.actor("anna"), share.id)
    assert http.get("/api/v1/assets").status_code == 401
    assert here.enter(share).json()["code"] == "share.revoked"
    with pytest.raises(Conflict):
        here.shares.renew(here.actor("anna"), share.id)


def test_the_clock_of_the_database_decides_when_a_link_expires(
    here: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = here.share("anna", days=0.5)
    http = here.guest(share)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86400)
    assert http.get("/api/v1/assets").status_code == 200
    assert here.enter(share).status_code == 201
    monkeypatch.setattr(time, "time", lambda: now - 86400)
    with here.library.service(Database).write() as connection:
        connection.execute(update(SHARE).where(SHARE.c.id == share.id).values(expires_at=now - 1))
    assert http.get("/api/v1/assets").status_code == 401


def test_renewing_voids_the_old_address_and_ends_all_sessions(here: Shared) -> None:
    share = here.share("anna")
    http = here.guest(share)
    renewed = here.shares.renew(here.actor("anna"), share.id)
    assert renewed.token != share.token and renewed.id == share.id
    assert http.get("/api/v1/assets").status_code == 401
    assert here.enter(share).json()["code"] == "share.link_invalid"
    assert here.enter(renewed).status_code == 201


def test_a_link_is_opened_no_more_often_than_it_may_whoever_comes_at_a_time(here: Shared) -> None:
    share = here.share("anna", max_opens=3)
    clients = [here.client(address=f"10.0.0.{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(
            answer.status_code for answer in pool.map(lambda one: here.enter(share, one), clients)
        )
    assert statuses == [201] * 3 + [409] * 5
    report = here.shares.show(LOCAL, share.id)
    assert (report.opened, report.state, report.guests) == (3, ShareState.USED_UP, 3)
    assert report.opened_at is not None
    entered = [one for one in clients if one.cookies]
    assert [one.get("/api/v1/assets").status_code for one in entered] == [200] * 3
    assert here.enter(share).json()["code"] == "share.used_up"


def test_cookies_are_out_of_reach_of_scripts_and_other_hosts(here: Shared) -> None:
    share = here.share("anna")
    plain = here.enter(share).headers["set-cookie"]
    assert plain.startswith("dampipe-guest=") and "HttpOnly" in plain and "SameSite=lax" in plain
    assert "Secure" not in plain and "Path=/" in plain
    tls = here.enter(share, here.client("https://127.0.0.1")).headers["set-cookie"]
    assert tls.startswith("__Host-dampipe-guest=") and "Secure" in tls and "HttpOnly" in tls
    assert "Domain" not in tls
    over_tls = here.client("https://127.0.0.1")
    over_tls.cookies.set("dampipe-guest", plain.partition("=")[2].partition(";")[0])
    assert over_tls.get("/api/v1/assets").status_code == 401, (
        "one that another host can have set does not count"
    )


def test_a_session_is_new_at_each_entry_and_ends_with_it(here: Shared) -> None:
    share = here.share("anna", allow=(Allow.COMMENT,))
    http = here.client()
    http.cookies.set("dampipe-guest", "dampipe_guest_chosen_by_somebody_else", domain="127.0.0.1")
    assert http.get("/api/v1/assets").status_code == 401
    first = here.enter(share, http).cookies["dampipe-guest"]
    assert first != "dampipe_guest_chosen_by_somebody_else"
    comment = {"text": "mine", "start": "0.5"}
    number = http.post(f"/api/v1/assets/{here.sha1s['alpha']}/comments", json=comment).json()["id"]
    second = here.enter(share, http).cookies["dampipe-guest"]
    assert second != first
    old = here.client()
    old.cookies.set("dampipe-guest", first)
    assert old.get("/api/v1/assets").status_code == 401
    same = http.patch(f"/api/v1/comments/{number}", json={"text": "still mine"})
    assert same.status_code == 200, "it is the same guest in the same browser"
    assert http.delete(f"{SESSIONS}/current").status_code == 204
    old.cookies.set("dampipe-guest", second)
    assert old.get("/api/v1/assets").status_code == 401
    with here.library.service(Database).read() as connection:
        assert first not in str(connection.execute(select(SHARE_SESSION)).all())


def test_foreign_pages_act_for_no_guest(here: Shared) -> None:
    share = here.share("anna", allow=(Allow.COMMENT,))
    http = here.guest(share)
    path = f"/api/v1/assets/{here.sha1s['alpha']}/comments"
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert http.post(path, json={"text": "x"}, headers=headers).status_code == 403
        assert (
            http.post(SESSIONS, json={"token": share.token, "guest": "x"}, headers=headers).status_code == 403
        )
        assert http.delete(f"{SESSIONS}/current", headers=headers).status_code == 403
    text = http.post(path, content='{"text": "x"}', headers={"Content-Type": "text/plain"})
    assert text.status_code in (415, 422), "a form cannot send it"


def test_a_program_sends_the_secret_as_a_bearer_token(here: Shared) -> None:
    share = here.share("anna")
    answer = here.enter(share, bearer=True)
    secret = answer.json()["secret"]
    assert "set-cookie" not in answer.headers and secret.startswith("dampipe_guest_")
    headers = {"Authorization": f"Bearer {secret}"}
    http = here.client()
    assert http.get("/api/v1/assets", headers=headers).status_code == 200
    assert http.get("/api/v1/assets", headers={"Authorization": f"Bearer {secret}x"}).status_code == 401
    assert http.get("/api/v1/assets", headers={"Authorization": f"Bearer {share.token}"}).status_code == 401
    assert http.delete(f"{SESSIONS}/current", headers=headers).status_code == 204
    assert http.get("/api/v1/assets", headers=headers).status_code == 401


def test_who_is_logged_in_stays_so(here: Shared) -> None:
    http = here.logged_in("vera")
    assert here.enter(here.share("anna"), http).status_code == 201
    assert http.get("/api/v1/session").json()["actor"] == "user:vera"
    assert http.get("/api/v1/assets").json() == []
    assert http.get(f"{SESSIONS}/current").status_code == 404
    http.delete("/api/v1/session")
    assert [one["name"] for one in http.get("/api/v1/assets").json()] == ["alpha.mp4"]


@pytest.mark.parametrize("name", ["a\u202eb", "a\x07b", "x" * 101])
def test_names_of_guests_are_plain(here: Shared, name: str) -> None:
    assert here.enter(here.share("anna"), guest=name).status_code == 422


def test_guests_say_their_name_where_they_write(here: Shared) -> None:
    share = here.share("anna", allow=(Allow.COMMENT,))
    assert here.enter(share, guest="  ").json()["code"] == "share.guest_needed"
    assert here.enter(here.share("anna"), guest="").json()["guest"] == "Guest"
    assert here.enter(share, guest=" Maria   de la  O ").json()["guest"] == "Maria de la O"


def test_guests_comment_where_they_may_and_edit_only_what_is_theirs(here: Shared) -> None:
    own = here.sha1s["bravo"]
    share = here.share("anna", "bravo", allow=(Allow.COMMENT,))
    looking = here.guest(here.share("anna", "bravo"))
    assert looking.post(f"/api/v1/assets/{own}/comments", json={"text": "x"}).status_code == 403
    assert looking.get(f"/api/v1/assets/{own}/comments").status_code == 403
    maria, other = here.guest(share), here.guest(share)  # of the same name
    made = maria.post(f"/api/v1/assets/{own}/comments", json={"text": "too dark", "start": "0.5"})
    assert made.status_code == 201 and made.json()["author_name"] == "Maria" and made.json()["is_guest"]
    number = made.json()["id"]
    assert other.get(f"/api/v1/assets/{own}/comments").json()["total"] == 1
    assert other.patch(f"/api/v1/comments/{number}", json={"text": "mine"}).status_code == 403
    assert other.delete(f"/api/v1/comments/{number}").status_code == 403
    assert maria.patch(f"/api/v1/comments/{number}", json={"text": "far too dark"}).status_code == 200
    assert other.post(f"/api/v1/comments/{number}/replies", json={"text": "yes"}).status_code == 201
    assert maria.post(f"/api/v1/assets/{here.sha1s['alpha']}/comments", json={"text": "x"}).status_code == 404
    assert maria.get("/api/v1/comments").status_code == 403
    assert maria.get("/api/v1/edits").status_code == 403


def test_guests_approve_by_the_transitions_that_the_link_lists(here: Shared) -> None:
    own = here.sha1s["alpha"]
    workflow = here.library.service(WorkflowService)
    workflow.move(LOCAL, MoveRequest(transition="submit", assets=(own,)))
    share = here.share("boss", moves=("approve",))
    looking = here.guest(here.share("boss"))
    assert looking.get(f"/api/v1/assets/{own}/workflow").status_code == 403
    http = here.guest(share)
    shown = http.get(f"/api/v1/assets/{own}/workflow").json()
    assert [(one["transition"], one["possible"]) for one in shown["moves"]] == [("approve", True)]
    move = f"/api/v1/assets/{own}/workflow/move"
    refused = http.post(move, json={"transition": "request_changes", "comment": "darker"})
    assert (refused.status_code, refused.json()["code"]) == (403, "workflow.not_for_link")
    done = http.post(move, json={"transition": "approve"})
    assert (done.status_code, done.json()["state"], done.json()["by"]) == (200, "approved", None)
    assert workflow.show(LOCAL, own).by == f"link:{share.id}/Maria"
    again = http.post(move, json={"transition": "approve"})
    assert again.status_code == 409
    here.access.change_user(LOCAL, "boss", role=Role.EDITOR)
    workflow.move(LOCAL, MoveRequest(transition="reopen", assets=(own,), comment="x"))
    workflow.move(LOCAL, MoveRequest(transition="submit", assets=(own,)))
    assert http.post(move, json={"transition": "approve"}).status_code in (403, 404)
    here.access.change_user(LOCAL, "boss", role=Role.MANAGER)
    workflow.move(LOCAL, MoveRequest(transition="withdraw", assets=(own,)))


def test_links_are_managed_by_those_who_shared_and_by_managers(here: Shared) -> None:
    share = here.share("anna", name="for the client")
    anna, emil, boss = (here.logged_in(one) for one in ("anna", "emil", "boss"))
    assert share.id in [one["id"] for one in anna.get("/api/v1/shares").json()]
    assert share.id not in [one["id"] for one in emil.get("/api/v1/shares").json()]
    assert emil.get("/api/v1/shares?everybody=true").status_code == 403
    assert share.id in [one["id"] for one in boss.get("/api/v1/shares?everybody=true").json()]
    missing = emil.get("/api/v1/shares/999999")
    for method, path, body in (
        ("GET", "", None), ("PATCH", "", {"name": "x"}), ("POST", "/revoke", None), ("POST", "/renew", None),
    ):  # fmt: skip
        answer = emil.request(method, f"/api/v1/shares/{share.id}{path}", json=body)
        same = answer.text.replace(str(share.id), "999999")
        assert (answer.status_code, same) == (404, missing.text)
    changed = boss.patch(f"/api/v1/shares/{share.id}", json={"name": "theirs"})
    assert changed.status_code == 200 and changed.json()["name"] == "theirs"
    pages = [anna.get(f"/api/v1/shares?limit=1&before={share.id + 1}").json()[0]["id"]]
    assert pages == [share.id]


def test_an_edit_of_an_older_state_is_refused_with_both_values(here: Shared) -> None:
    share = here.share("anna", name="one")
    http = here.logged_in("anna")
    path = f"/api/v1/shares/{share.id}"
    assert http.patch(path, json={"name": "two", "if_version": share.version}).json()["version"] == 2
    answer = http.patch(path, json={"name": "three", "if_version": share.version})
    assert (answer.status_code, answer.json()["code"]) == (409, "share.changed_meanwhile")
    found = answer.json()["parameters"]
    assert (found["field"], found["yours"], found["theirs"], found["version"]) == ("name", "three", "two", 2)
    secret = http.patch(path, json={"password": "very secret", "if_version": 1})
    assert secret.status_code == 409 and "very secret" not in secret.text


def test_changes_take_effect_at_once_and_are_undone_without_secrets(here: Shared) -> None:
    database = here.library.service(Database)
    undo, anna = here.library.service(UndoService), here.actor("anna")
    share = here.share("anna", allow=(Allow.DOWNLOAD,), password="sesame 1")
    http = here.guest(share, password="sesame 1")
    path = f"/api/v1/assets/{here.sha1s['alpha']}/proxy/download"
    assert http.get(path).status_code == 200
    here.shares.change(anna, share.id, ShareChange(allow=()))
    assert http.get(path).status_code == 403
    assert undo.undo(anna).restored == 1
    assert http.get(path).status_code == 200
    here.shares.revoke(anna, share.id)
    assert here.enter(share, password="sesame 1").json()["code"] == "share.revoked"
    with pytest.raises(Forbidden):
        undo.undo(here.actor("emil"), undo.edits(anna, limit=1)[0].id)
    undo.undo(anna)
    assert http.get(path).status_code == 200, "the same address, and the same sessions"
    here.shares.change(anna, share.id, ShareChange(password="sesame 2"))
    assert http.get(path).status_code == 401, "a new password ends all sessions"
    with database.read() as connection:
        text = "".join(f"{one.before}{one.after}" for one in connection.execute(select(EDIT_CHANGE)))
        told = "".join(row.data for row in connection.execute(select(EVENT.c.data)))
    hashed = hashlib.sha256(share.token.encode()).hexdigest()
    for secret in (share.token, hashed, "sesame", "argon2"):
        assert secret not in text and secret not in told
    assert "opened" not in text, "counts are no part of what is restored"


def test_an_undo_restores_nothing_that_the_actor_may_not_allow_any_more(here: Shared) -> None:
    here.add("dora", Role.EDITOR, sees=(str(here.footage / "monday"),))
    share = here.share("dora", allow=(Allow.ORIGINALS,))
    here.shares.revoke(here.actor("dora"), share.id)
    here.access.change_user(LOCAL, "dora", role=Role.COMMENTER)
    done = here.library.service(UndoService).undo(here.actor("dora"))
    assert (done.restored, done.left) == (0, 1)
    assert here.shares.show(LOCAL, share.id).state is ShareState.REVOKED


def test_what_happens_to_links_is_audited(here: Shared) -> None:
    anna = here.actor("anna")
    share = here.share("anna")
    here.guest(share)
    here.shares.change(anna, share.id, ShareChange(name="other"))
    here.shares.renew(anna, share.id)
    here.shares.revoke(anna, share.id)
    mine = f'"share": {share.id},'
    found = {
        name: [actor for actor, data in events(here, f"share.{name}") if mine in data]
        for name in ("created", "opened", "changed", "renewed", "revoked")
    }
    assert found == {
        "created": ["user:anna"],
        "opened": [f"link:{share.id}/Maria"],
        "changed": ["user:anna"],
        "renewed": ["user:anna"],
        "revoked": ["user:anna"],
    }
    listed = here.logged_in("anna").get("/api/v1/events?limit=1000").json()["events"]
    assert not [one for one in listed if one["name"].startswith("share.")], "audits are for administrators"
    root = here.logged_in("root").get("/api/v1/events?limit=1000&name=share.*").json()["events"]
    assert {one["name"] for one in root} >= {f"share.{name}" for name in found}


def test_expired_sessions_are_deleted_and_end_before(here: Shared) -> None:
    database, repository = here.library.service(Database), here.library.service(ShareRepository)
    share = here.share("anna")
    http = here.guest(share)
    mine = SHARE_SESSION.c.share_id == share.id
    with database.write() as connection:
        connection.execute(update(SHARE_SESSION).where(mine).values(last_used_at=time.time() - 8 * 86400))
    assert http.get("/api/v1/assets").status_code == 401
    repository.delete_expired()
    with database.read() as connection:
        assert connection.execute(select(SHARE_SESSION).where(mine)).first() is None


def test_logging_in_is_no_way_for_guests(here: Shared) -> None:
    http = here.guest(here.share("anna"))
    assert http.put("/api/v1/session/password", json={"old": PASSWORD, "new": "x" * 9}).status_code == 401
    assert http.get("/api/v1/session/tokens").status_code == 403
    body = http.get("/api/v1/session").json()
    assert body["scopes"] == ["read"] and body["can_log_out"] is False


def test_guests_reach_every_endpoint_that_is_listed_for_them(here: Shared) -> None:
    allow = tuple(Allow)
    http = here.guest(here.share("boss", allow=allow, moves=("approve",)))
    values = {"sha1": here.sha1s["alpha"], "name": "poster", "collection": "1", "number": "1"}
    assert len(guest_endpoints()) > 15
    for one in guest_endpoints():
        method, path, *_ = one.split(" ")
        body = {"json": {}} if method in ("POST", "PATCH") else {}
        answer = http.request(method, f"/api/v1{path.format(**values)}", **body)
        assert "share.not_for_guests" not in answer.text, one


def test_a_guest_comments_replies_edits_and_deletes(here: Shared) -> None:
    http = here.guest(here.share("anna", allow=(Allow.COMMENT,)))
    line = {"shape": "arrow", "points": [[0.1, 0.1], [0.5, 0.5]]}
    said = {"text": "here", "start": "0.5", "drawing": {"shapes": [line]}}
    made = http.post(f"/api/v1/assets/{here.sha1s['alpha']}/comments", json=said).json()
    one = f"/api/v1/comments/{made['id']}"
    assert http.get(f"{one}/drawing.svg").headers["content-type"].startswith("image/svg+xml")
    assert http.post(f"{one}/replies", json={"text": "and there"}).status_code == 201
    assert http.patch(one, json={"text": "there"}).json()["text"] == "there"
    assert http.post(f"{one}/resolve", json={}).json()["resolved_by"]
    assert http.post(f"{one}/reopen", json={}).json()["resolved_by"] is None
    assert [reply["text"] for reply in http.get(one).json()["replies"]] == ["and there"]
    assert http.delete(one).json() == {"count": 2}
    looking = here.guest(here.share("anna"))
    assert looking.get(f"{one}/drawing.svg").status_code == 403


def test_what_is_for_the_team_reaches_no_guest_over_http(here: Shared) -> None:
    share = here.share(None, asset="bravo", allow=(Allow.COMMENT,), message="  Please look at the colours. ")
    maria, anna = here.guest(share), here.logged_in("anna")
    path = f"/api/v1/assets/{here.sha1s['bravo']}/comments"
    before = maria.get(path).json()["total"]
    drawing = {"shapes": [{"shape": "rect", "points": [[0.1, 0.1], [0.2, 0.2]]}]}
    secret = {"text": "SECRET", "start": "0.5", "audience": "team", "drawing": drawing}
    made = anna.post(path, json=secret).json()
    assert made["audience"] == "team"
    theirs = maria.post(path, json={"text": "nice"}).json()
    replied = anna.post(
        f"/api/v1/comments/{theirs['id']}/replies", json={"text": "SECRET", "audience": "team"}
    )
    assert replied.status_code == 201 and len(replied.json()["replies"]) == 1
    one = f"/api/v1/comments/{made['id']}"
    assert maria.get(path).json()["total"] == before + 1
    for url in (path, f"{path}?author=anna", f"/api/v1/assets/{here.sha1s['bravo']}", "/api/v1/assets"):
        assert "SECRET" not in maria.get(url).text
    assert "anna" not in maria.get(f"{path}?author=anna").text
    assert maria.get(one).status_code == maria.get(f"{one}/drawing.svg").status_code == 404
    assert maria.post(f"{one}/resolve", json={}).status_code == 404
    assert maria.post(path, json={"text": "x", "audience": "team"}).status_code == 422
    assert maria.get(f"/api/v1/assets/{here.sha1s['bravo']}/mentionable").status_code == 403
    assert maria.get(f"{SESSIONS}/current").json()["message"] == "Please look at the colours."


def test_the_message_of_a_link_is_changed(here: Shared) -> None:
    share = here.share("anna", message="Look")
    anna = here.logged_in("anna")
    changed = anna.patch(f"/api/v1/shares/{share.id}", json={"message": "Look again", "if_version": 1}).json()
    assert (changed["message"], changed["version"]) == ("Look again", 2)
    refused = anna.patch(f"/api/v1/shares/{share.id}", json={"message": "No", "if_version": 1})
    assert refused.status_code == 409 and refused.json()["parameters"]["theirs"] == "Look again"
    assert anna.patch(f"/api/v1/shares/{share.id}", json={"message": "x" * 2001}).status_code == 422
    here.library.service(UndoService).undo(here.actor("anna"))
    assert anna.get(f"/api/v1/shares/{share.id}").json()["message"] == "Look"


def test_links_are_listed_by_what_they_lead_to(here: Shared) -> None:
    one, other = here.share("anna"), here.share("anna", asset="bravo")
    anna = here.logged_in("anna")
    found = [link["id"] for link in anna.get(f"/api/v1/shares?asset={here.sha1s['bravo']}").json()]
    assert other.id in found and one.id not in found
    assert anna.get("/api/v1/shares?collection=999").json() == []
    assert anna.get(f"/api/v1/shares?asset={here.sha1s['charlie']}").status_code == 404
