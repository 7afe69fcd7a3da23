"""Bulk requests over HTTP: counts, timelines and retries of selected assets."""

from typing import Any

from fastapi.testclient import TestClient

API = "/api/v1"


def sha1s(http: TestClient) -> list[str]:
    """All assets, the newest first."""
    return [one["sha1"] for one in http.get(f"{API}/assets").json()]


def count(http: TestClient, **body: Any) -> int:
    """How many assets a body means."""
    number: int = http.post(f"{API}/assets/count", json=body).json()["count"]
    return number


def test_a_selection_is_counted(http: TestClient) -> None:
    known = sha1s(http)
    assert count(http, all=True) == len(known) > 3
    assert count(http, all=True, without=known[:2]) == len(known) - 2
    assert count(http, assets=known[:3]) == 3
    assert count(http, filters={"kind": ["video"]}, without=known[:1]) == len(known) - 1
    assert count(http, filters={"kind": ["still"]}) == 0
    for wrong in ({}, {"all": True, "assets": known[:1]}, {"all": 1}, {"all": True, "except": known[:1]}):
        assert http.post(f"{API}/assets/count", json=wrong).status_code == 422
    many = {"assets": [f"{number:08x}" for number in range(1001)]}
    assert http.post(f"{API}/assets/count", json=many).status_code == 422


def test_selected_assets_become_a_timeline_in_the_order_in_which_they_are_named(http: TestClient) -> None:
    wanted = sha1s(http)[2::-1]
    answer = http.post(f"{API}/search/export", json={"assets": wanted, "format": "csv", "title": "Cut"})
    assert answer.status_code == 200, answer.text
    lines = answer.text.splitlines()[1:]
    assert [next(sha1 for sha1 in wanted if sha1 in line) for line in lines] == wanted
    everything = http.post(f"{API}/search/export", json={"all": True, "format": "otio"})
    assert len(everything.json()["tracks"]["children"][0]["children"]) == len(sha1s(http))
    assert http.post(f"{API}/search/export", json={"format": "otio"}).status_code == 422


def test_what_failed_of_selected_assets_is_run_again(http: TestClient) -> None:
    assert http.post(f"{API}/retry", json={"selected": {"all": True}}).json() == {"retried": 0}
    both = {"selected": {"all": True}, "what": sha1s(http)[:1]}
    assert http.post(f"{API}/retry", json=both).status_code == 422
