"""Every endpoint, asked by everybody: nobody, and users of each role. The matrix is written down here."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dampipe.app.features import scopes
from dampipe.kernel.access import Role
from tests.integration.access.conftest import Guarded, Open

PUBLIC = None
MATRIX: dict[str, Role | None] = {
    "GET /api/v1/access/explain": Role.ADMIN,
    "GET /api/v1/assets": Role.VIEWER,
    "GET /api/v1/assets/{sha1}": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/{name}": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/original": Role.EDITOR,
    "GET /api/v1/assets/{sha1}/rights": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/{name}/download": Role.VIEWER,
    "POST /api/v1/assets/{sha1}/tags": Role.EDITOR,
    "GET /api/v1/assets/{sha1}/versions": Role.VIEWER,
    "POST /api/v1/assets/{sha1}/versions/make-current": Role.EDITOR,
    "POST /api/v1/assets/{sha1}/versions/split": Role.EDITOR,
    "POST /api/v1/assets/{sha1}/versions/stack": Role.EDITOR,
    "POST /api/v1/assets/{sha1}/versions/undo": Role.EDITOR,
    "DELETE /api/v1/assets/{sha1}/tags/{name}": Role.EDITOR,
    "GET /api/v1/assets/{sha1}/comments": Role.VIEWER,
    "POST /api/v1/assets/{sha1}/comments": Role.COMMENTER,
    "GET /api/v1/assets/{sha1}/mentionable": Role.COMMENTER,
    "GET /api/v1/comments": Role.VIEWER,
    "POST /api/v1/comments/export": Role.VIEWER,
    "POST /api/v1/comments/find": Role.VIEWER,
    "POST /api/v1/comments/import": Role.COMMENTER,
    "GET /api/v1/comments/mentions": Role.VIEWER,
    "POST /api/v1/comments/mentions/read": Role.VIEWER,
    "GET /api/v1/comments/{number}": Role.VIEWER,
    "PATCH /api/v1/comments/{number}": Role.COMMENTER,
    "DELETE /api/v1/comments/{number}": Role.COMMENTER,
    "GET /api/v1/comments/{number}/drawing.svg": Role.VIEWER,
    "POST /api/v1/comments/{number}/replies": Role.COMMENTER,
    "POST /api/v1/comments/{number}/resolve": Role.COMMENTER,
    "POST /api/v1/comments/{number}/reopen": Role.COMMENTER,
    "POST /api/v1/derivatives/check": Role.EDITOR,
    "GET /api/v1/derivatives/check/{check}": Role.EDITOR,
    "GET /api/v1/duplicates": Role.VIEWER,
    "POST /api/v1/duplicates/dismiss": Role.EDITOR,
    "POST /api/v1/duplicates/reopen": Role.EDITOR,
    "GET /api/v1/edits": Role.COMMENTER,
    "POST /api/v1/edits/{number}/undo": Role.COMMENTER,
    "GET /api/v1/events": Role.VIEWER,
    "GET /api/v1/events/stream": Role.VIEWER,
    "GET /api/v1/events/subscribers": Role.VIEWER,
    "POST /api/v1/events/subscribers/{name}/skip": Role.ADMIN,
    "GET /api/v1/events/kinds": Role.VIEWER,
    "GET /api/v1/facets": Role.VIEWER,
    "GET /api/v1/failures": Role.VIEWER,
    "GET /api/v1/filters": Role.VIEWER,
    "GET /api/v1/filters/{name}/values": Role.VIEWER,
    "GET /api/v1/grants": Role.ADMIN,
    "POST /api/v1/grants": Role.ADMIN,
    "DELETE /api/v1/grants": Role.ADMIN,
    "GET /api/v1/health": PUBLIC,
    "GET /api/v1/importers": Role.MANAGER,
    "GET /api/v1/imports": Role.MANAGER,
    "POST /api/v1/imports": Role.MANAGER,
    "GET /api/v1/imports/{number}": Role.MANAGER,
    "GET /api/v1/imports/{number}/files": Role.MANAGER,
    "POST /api/v1/imports/{number}/cancel": Role.MANAGER,
    "POST /api/v1/imports/{number}/pause": Role.MANAGER,
    "POST /api/v1/imports/{number}/resume": Role.MANAGER,
    "POST /api/v1/assets/count": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/frame": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/original/excerpt": Role.EDITOR,
    "GET /api/v1/folders": Role.VIEWER,
    "GET /api/v1/library/assets": Role.VIEWER,
    "GET /api/v1/library/buckets": Role.VIEWER,
    "GET /api/v1/library/marks": Role.VIEWER,
    "GET /api/v1/library/sha1s": Role.VIEWER,
    "GET /api/v1/map": Role.VIEWER,
    "POST /api/v1/search/export": Role.VIEWER,
    "POST /api/v1/sources/{name}/check": Role.MANAGER,
    "GET /api/v1/uploads": Role.EDITOR,
    "POST /api/v1/uploads": Role.EDITOR,
    "GET /api/v1/uploads/{number}": Role.EDITOR,
    "DELETE /api/v1/uploads/{number}": Role.EDITOR,
    "POST /api/v1/uploads/{number}/import": Role.EDITOR,
    "GET /api/v1/uploads/{number}/files": Role.EDITOR,
    "POST /api/v1/uploads/{number}/files": Role.EDITOR,
    "GET /api/v1/uploads/{number}/files/{file}": Role.EDITOR,
    "PATCH /api/v1/uploads/{number}/files/{file}": Role.EDITOR,
    "DELETE /api/v1/uploads/{number}/files/{file}": Role.EDITOR,
    "GET /api/v1/assets/{sha1}/copies": Role.VIEWER,
    "POST /api/v1/restore-estimates": Role.VIEWER,
    "POST /api/v1/restores": Role.EDITOR,
    "GET /api/v1/restores": Role.VIEWER,
    "GET /api/v1/restores/{number}": Role.VIEWER,
    "GET /api/v1/restores/{number}/files": Role.VIEWER,
    "GET /api/v1/tiers/policy": Role.MANAGER,
    "PUT /api/v1/tiers/policy": Role.MANAGER,
    "POST /api/v1/tiers/policy/check": Role.MANAGER,
    "GET /api/v1/tiers/policies": Role.MANAGER,
    "GET /api/v1/tiers/policies/{number}": Role.MANAGER,
    "GET /api/v1/tiers/plans": Role.MANAGER,
    "POST /api/v1/tiers/plans": Role.MANAGER,
    "GET /api/v1/tiers/plans/{number}": Role.MANAGER,
    "GET /api/v1/tiers/plans/{number}/actions": Role.MANAGER,
    "POST /api/v1/tiers/plans/{number}/apply": Role.MANAGER,
    "POST /api/v1/tiers/plans/{number}/cancel": Role.MANAGER,
    "POST /api/v1/tiers/plans/{number}/pause": Role.MANAGER,
    "POST /api/v1/tiers/plans/{number}/resume": Role.MANAGER,
    "GET /api/v1/tiers/trash": Role.MANAGER,
    "POST /api/v1/tiers/trash/keep": Role.MANAGER,
    "GET /api/v1/tiers/usage": Role.MANAGER,
    "GET /api/v1/tiers/standing": Role.MANAGER,
    "GET /api/v1/panels": PUBLIC,
    "POST /api/v1/retry": Role.EDITOR,
    "POST /api/v1/rights/check": Role.VIEWER,
    "GET /api/v1/rights/licences": Role.VIEWER,
    "POST /api/v1/rights/licences": Role.MANAGER,
    "DELETE /api/v1/rights/licences/{name}": Role.MANAGER,
    "GET /api/v1/rights/licences/{name}": Role.VIEWER,
    "PATCH /api/v1/rights/licences/{name}": Role.MANAGER,
    "POST /api/v1/rights/licences/{name}/attach": Role.MANAGER,
    "POST /api/v1/rights/licences/{name}/detach": Role.MANAGER,
    "GET /api/v1/rights/policy": Role.VIEWER,
    "PUT /api/v1/rights/policy": Role.MANAGER,
    "GET /api/v1/rights/terms": Role.VIEWER,
    "GET /api/v1/scans": Role.VIEWER,
    "POST /api/v1/scans": Role.EDITOR,
    "GET /api/v1/scans/{scan}": Role.VIEWER,
    "POST /api/v1/scans/{scan}/cancel": Role.EDITOR,
    "POST /api/v1/scans/{scan}/pause": Role.EDITOR,
    "POST /api/v1/scans/{scan}/resume": Role.EDITOR,
    "GET /api/v1/scopes": Role.VIEWER,
    "GET /api/v1/search": Role.VIEWER,
    "POST /api/v1/search": Role.VIEWER,
    "GET /api/v1/search/export": Role.VIEWER,
    "GET /api/v1/session": PUBLIC,
    "POST /api/v1/session": PUBLIC,
    "DELETE /api/v1/session": PUBLIC,
    "GET /api/v1/session/oidc": PUBLIC,
    "GET /api/v1/session/oidc/callback": PUBLIC,
    "PUT /api/v1/session/password": PUBLIC,
    "GET /api/v1/session/tokens": Role.VIEWER,
    "POST /api/v1/session/tokens": Role.VIEWER,
    "DELETE /api/v1/session/tokens/{name}": Role.VIEWER,
    "GET /api/v1/shares": Role.EDITOR,
    "POST /api/v1/shares": Role.EDITOR,
    "GET /api/v1/shares/{number}": Role.EDITOR,
    "PATCH /api/v1/shares/{number}": Role.EDITOR,
    "POST /api/v1/shares/{number}/revoke": Role.EDITOR,
    "POST /api/v1/shares/{number}/renew": Role.EDITOR,
    "POST /api/v1/share-sessions": PUBLIC,
    "POST /api/v1/share-sessions/needs": PUBLIC,
    "GET /api/v1/share-sessions/current": Role.VIEWER,
    "DELETE /api/v1/share-sessions/current": PUBLIC,
    "GET /api/v1/sidecars": Role.VIEWER,
    "POST /api/v1/sidecars/discard": Role.EDITOR,
    "GET /api/v1/sidecars/places": Role.MANAGER,
    "PUT /api/v1/sidecars/places/{source}": Role.MANAGER,
    "POST /api/v1/sidecars/read": Role.EDITOR,
    "POST /api/v1/sidecars/write": Role.EDITOR,
    "GET /api/v1/collections": Role.VIEWER,
    "POST /api/v1/collections": Role.EDITOR,
    "GET /api/v1/collections/{collection}": Role.VIEWER,
    "PATCH /api/v1/collections/{collection}": Role.EDITOR,
    "DELETE /api/v1/collections/{collection}": Role.EDITOR,
    "POST /api/v1/collections/{collection}/move": Role.EDITOR,
    "GET /api/v1/collections/{collection}/items": Role.VIEWER,
    "POST /api/v1/collections/{collection}/items": Role.EDITOR,
    "POST /api/v1/collections/{collection}/items/remove": Role.EDITOR,
    "POST /api/v1/collections/{collection}/items/move": Role.EDITOR,
    "POST /api/v1/collections/{collection}/items/sort": Role.EDITOR,
    "POST /api/v1/collections/{collection}/pins": Role.EDITOR,
    "GET /api/v1/collections/{collection}/exclusions": Role.VIEWER,
    "POST /api/v1/collections/{collection}/exclusions": Role.EDITOR,
    "GET /api/v1/collections/{collection}/rights": Role.VIEWER,
    "PUT /api/v1/collections/{collection}/rights": Role.EDITOR,
    "DELETE /api/v1/collections/{collection}/rights": Role.EDITOR,
    "GET /api/v1/collections/{collection}/export": Role.VIEWER,
    "GET /api/v1/sources": Role.VIEWER,
    "POST /api/v1/sources": Role.MANAGER,
    "DELETE /api/v1/sources/{name}": Role.MANAGER,
    "POST /api/v1/sources/{name}/notifications": Role.EDITOR,
    "GET /api/v1/status": Role.VIEWER,
    "GET /api/v1/tags": Role.VIEWER,
    "GET /api/v1/machine-tags/vocabularies": Role.VIEWER,
    "PUT /api/v1/machine-tags/vocabularies/{key}": Role.MANAGER,
    "PATCH /api/v1/machine-tags/terms/{term}": Role.MANAGER,
    "GET /api/v1/machine-tags/terms/{term}/moments": Role.VIEWER,
    "GET /api/v1/machine-tags/review": Role.VIEWER,
    "POST /api/v1/machine-tags/verdicts": Role.EDITOR,
    "POST /api/v1/machine-tags/verdicts/undo": Role.EDITOR,
    "GET /api/v1/machine-tags/precision": Role.VIEWER,
    "GET /api/v1/metadata/fields": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/metadata": Role.VIEWER,
    "PATCH /api/v1/assets/{sha1}/metadata": Role.COMMENTER,
    "GET /api/v1/assets/{sha1}/metadata/history": Role.VIEWER,
    "POST /api/v1/metadata/preview": Role.COMMENTER,
    "POST /api/v1/metadata/edit": Role.COMMENTER,
    "POST /api/v1/metadata/export": Role.VIEWER,
    "POST /api/v1/metadata/import": Role.COMMENTER,
    "GET /api/v1/metadata/operations": Role.VIEWER,
    "POST /api/v1/metadata/operations/{operation}/undo": Role.COMMENTER,
    "GET /api/v1/schema": Role.VIEWER,
    "GET /api/v1/schema/json-schema": Role.VIEWER,
    "POST /api/v1/schema/check": Role.MANAGER,
    "PUT /api/v1/schema": Role.MANAGER,
    "POST /api/v1/schema/undo": Role.MANAGER,
    "GET /api/v1/tokens": Role.ADMIN,
    "POST /api/v1/tokens": Role.ADMIN,
    "DELETE /api/v1/tokens/{name}": Role.ADMIN,
    "GET /api/v1/users": Role.ADMIN,
    "POST /api/v1/timelines/match": Role.VIEWER,
    "POST /api/v1/users": Role.ADMIN,
    "PATCH /api/v1/users/{name}": Role.ADMIN,
    "DELETE /api/v1/users/{name}": Role.ADMIN,
    "DELETE /api/v1/users/{name}/sessions": Role.ADMIN,
    "POST /api/v1/vectors": Role.VIEWER,
    "GET /api/v1/versions/{sha1}/carry": Role.VIEWER,
    "GET /api/v1/versions/{sha1}/playback": Role.VIEWER,
    "GET /api/v1/vocabularies": Role.VIEWER,
    "POST /api/v1/vocabularies": Role.MANAGER,
    "GET /api/v1/vocabularies/{vocabulary}": Role.VIEWER,
    "PATCH /api/v1/vocabularies/{vocabulary}": Role.MANAGER,
    "GET /api/v1/vocabularies/{vocabulary}/export": Role.VIEWER,
    "GET /api/v1/vocabularies/{vocabulary}/find": Role.VIEWER,
    "POST /api/v1/vocabularies/{vocabulary}/import": Role.MANAGER,
    "GET /api/v1/vocabularies/{vocabulary}/operations": Role.MANAGER,
    "GET /api/v1/vocabularies/{vocabulary}/proposals": Role.VIEWER,
    "GET /api/v1/vocabularies/{vocabulary}/terms": Role.VIEWER,
    "POST /api/v1/vocabularies/{vocabulary}/terms": Role.EDITOR,
    "GET /api/v1/vocabularies/{vocabulary}/terms/{term}": Role.VIEWER,
    "PATCH /api/v1/vocabularies/{vocabulary}/terms/{term}": Role.MANAGER,
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/approve": Role.MANAGER,
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/merge": Role.MANAGER,
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/move": Role.MANAGER,
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/rename": Role.MANAGER,
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/retire": Role.MANAGER,
    "POST /api/v1/vocabularies/{vocabulary}/undo": Role.MANAGER,
    "GET /api/v1/webhooks": Role.MANAGER,
    "POST /api/v1/webhooks": Role.MANAGER,
    "DELETE /api/v1/webhooks/{name}": Role.MANAGER,
    "GET /api/v1/webhooks/{name}/deliveries": Role.MANAGER,
    "POST /api/v1/webhooks/{name}/disable": Role.MANAGER,
    "POST /api/v1/webhooks/{name}/enable": Role.MANAGER,
    "POST /api/v1/webhooks/{name}/replay": Role.MANAGER,
    "POST /api/v1/webhooks/{name}/rotate": Role.MANAGER,
    "POST /api/v1/webhooks/{name}/test": Role.MANAGER,
    "GET /api/v1/assets/{sha1}/workflow": Role.VIEWER,
    "GET /api/v1/assets/{sha1}/workflow/history": Role.VIEWER,
    "POST /api/v1/assets/{sha1}/workflow/move": Role.COMMENTER,
    "GET /api/v1/workflow": Role.VIEWER,
    "POST /api/v1/workflow/apply": Role.MANAGER,
    "POST /api/v1/workflow/assign": Role.EDITOR,
    "POST /api/v1/workflow/check": Role.MANAGER,
    "GET /api/v1/workflow/definitions": Role.VIEWER,
    "GET /api/v1/workflow/definitions/{name}": Role.VIEWER,
    "POST /api/v1/workflow/due": Role.EDITOR,
    "POST /api/v1/workflow/moves": Role.COMMENTER,
    "GET /api/v1/workflow/tasks": Role.VIEWER,
    "POST /api/v1/workflow/try": Role.MANAGER,
    "GET /api/v1/subclips": Role.VIEWER,
    "POST /api/v1/subclips": Role.EDITOR,
    "POST /api/v1/subclips/bulk": Role.EDITOR,
    "POST /api/v1/subclips/delete": Role.EDITOR,
    "GET /api/v1/subclips/export": Role.VIEWER,
    "GET /api/v1/subclips/{number}": Role.VIEWER,
    "PATCH /api/v1/subclips/{number}": Role.EDITOR,
    "DELETE /api/v1/subclips/{number}": Role.EDITOR,
    "GET /api/v1/assets/{sha1}/subclips": Role.VIEWER,
    "POST /api/v1/assets/{sha1}/subclips": Role.EDITOR,
    "GET /api/v1/arrivals": Role.VIEWER,
    "GET /api/v1/indexes": Role.MANAGER,
    "GET /api/v1/indexes/requests": Role.MANAGER,
    "POST /api/v1/indexes/requests": Role.MANAGER,
    "GET /api/v1/indexes/requests/{number}": Role.MANAGER,
    "GET /api/v1/models": Role.VIEWER,
    "PUT /api/v1/models/chosen": Role.MANAGER,
    "DELETE /api/v1/models/{name}": Role.MANAGER,
    "GET /api/v1/prunes": Role.MANAGER,
    "POST /api/v1/prunes": Role.MANAGER,
    "GET /api/v1/prunes/{number}": Role.MANAGER,
    "GET /api/v1/storage": Role.MANAGER,
    "GET /api/v1/sync": Role.VIEWER,
    "PATCH /api/v1/sync": Role.MANAGER,
    "POST /api/v1/sync": Role.EDITOR,
    "GET /api/v1/throughput": Role.VIEWER,
    "GET /api/v1/verifications": Role.VIEWER,
    "POST /api/v1/verifications": Role.EDITOR,
}
"""The least role that may use each endpoint."""
BODIES: dict[str, Any] = {
    "POST /api/v1/subclips": {"asset": "00000000", "start": "0", "name": "x"},
    "POST /api/v1/subclips/bulk": {"subclips": [{"asset": "00000000", "start": "0", "name": "x"}]},
    "POST /api/v1/subclips/delete": {"ids": [999]},
    "PATCH /api/v1/subclips/{number}": {"name": "x"},
    "POST /api/v1/assets/{sha1}/subclips": {"start": "0", "name": "x"},
    "POST /api/v1/shares": {},
    "PATCH /api/v1/shares/{number}": {},
    "POST /api/v1/share-sessions": {"token": "none"},
    "POST /api/v1/share-sessions/needs": {"token": "none"},
    "POST /api/v1/collections": {"name": "not/valid"},
    "PATCH /api/v1/collections/{collection}": {"name": "x"},
    "POST /api/v1/collections/{collection}/move": {"first": True},
    "POST /api/v1/collections/{collection}/items": {"assets": ["00000000"]},
    "POST /api/v1/collections/{collection}/items/remove": {"items": [1]},
    "POST /api/v1/collections/{collection}/items/move": {"items": [1], "first": True},
    "POST /api/v1/collections/{collection}/items/sort": {"by": "rating"},
    "POST /api/v1/collections/{collection}/pins": {"assets": ["00000000"]},
    "POST /api/v1/collections/{collection}/exclusions": {"assets": ["00000000"]},
    "PUT /api/v1/collections/{collection}/rights": {"to": "role:viewer", "right": "view"},
    "POST /api/v1/sidecars/discard": {"assets": ["00000000"]},
    "PUT /api/v1/sidecars/places/{source}": {"place": "never"},
    "POST /api/v1/sidecars/read": {"assets": ["00000000"]},
    "POST /api/v1/sidecars/write": {},
    "POST /api/v1/assets/{sha1}/workflow/move": {"transition": "submit"},
    "POST /api/v1/tiers/plans": {"rule": "none"},
    "POST /api/v1/tiers/plans/{number}/apply": {},
    "POST /api/v1/tiers/trash/keep": {"what": ["00000000"]},
    "POST /api/v1/tiers/policy/check": {"toml": ""},
    "PUT /api/v1/tiers/policy": {"toml": "x"},
    "POST /api/v1/workflow/apply": {"toml": ""},
    "POST /api/v1/workflow/assign": {"assets": ["00000000"], "assignee": None},
    "POST /api/v1/workflow/check": {"toml": ""},
    "POST /api/v1/workflow/due": {"assets": ["00000000"], "due": None},
    "POST /api/v1/workflow/moves": {"assets": ["00000000"], "transition": "submit"},
    "POST /api/v1/workflow/try": {"toml": ""},
    "POST /api/v1/assets/{sha1}/tags": {"name": "best"},
    "POST /api/v1/assets/{sha1}/comments": {"text": "look"},
    "POST /api/v1/comments/export": {"assets": ["00000000"], "format": "csv"},
    "POST /api/v1/comments/find": {},
    "POST /api/v1/comments/mentions/read": {"comments": []},
    "PATCH /api/v1/comments/{number}": {"text": "look"},
    "POST /api/v1/comments/{number}/replies": {"text": "look"},
    "POST /api/v1/comments/{number}/resolve": {},
    "POST /api/v1/comments/{number}/reopen": {},
    "PATCH /api/v1/assets/{sha1}/metadata": {"set": {"title": "x"}},
    "POST /api/v1/metadata/preview": {"assets": ["00000000"], "set": {"title": "x"}},
    "POST /api/v1/metadata/edit": {"assets": ["00000000"], "set": {"title": "x"}},
    "POST /api/v1/metadata/export": {},
    "POST /api/v1/schema/check": {},
    "PUT /api/v1/schema": {},
    "POST /api/v1/grants": {"to": "nobody", "what": "nothing"},
    "POST /api/v1/duplicates/dismiss": {"first": "00000000", "second": "00000001"},
    "POST /api/v1/duplicates/reopen": {"first": "00000000", "second": "00000001"},
    "POST /api/v1/retry": {},
    "POST /api/v1/rights/licences": {"name": "not valid"},
    "PATCH /api/v1/rights/licences/{name}": {},
    "POST /api/v1/rights/licences/{name}/attach": {"assets": ["00000000"]},
    "POST /api/v1/rights/licences/{name}/detach": {"assets": ["00000000"]},
    "PUT /api/v1/rights/policy": {"territory": "nowhere"},
    "POST /api/v1/imports": {"importer": "folder", "origin": "/nowhere", "to": ["nothing"]},
    "POST /api/v1/restore-estimates": {"assets": ["00000000"]},
    "POST /api/v1/restores": {"assets": ["00000000"], "accepted_cost": 0},
    "POST /api/v1/scans": {"paths": ["/nowhere"]},
    "POST /api/v1/sources": {"name": "n", "path": "/nowhere"},
    "POST /api/v1/sources/{name}/notifications": {"keys": []},
    "POST /api/v1/vocabularies": {"key": "Not a key"},
    "PATCH /api/v1/vocabularies/{vocabulary}": {},
    "POST /api/v1/vocabularies/{vocabulary}/terms": {"label": "Malta"},
    "PATCH /api/v1/vocabularies/{vocabulary}/terms/{term}": {},
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/merge": {"target": "Malta"},
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/move": {"parent": None},
    "POST /api/v1/vocabularies/{vocabulary}/terms/{term}/rename": {"label": "Malta"},
    "POST /api/v1/webhooks": {"name": "no such event", "url": "http://127.0.0.1"},
    "POST /api/v1/webhooks/{name}/replay": {},
    "POST /api/v1/tokens": {"name": "t", "scopes": ["nonsense"]},
    "POST /api/v1/session/tokens": {"name": "t", "scopes": ["nonsense"]},
    "POST /api/v1/users": {"name": "taken", "role": "viewer", "password": "long enough"},
    "PATCH /api/v1/users/{name}": {},
    "POST /api/v1/vectors": {"texts": []},
    "PUT /api/v1/models/chosen": {"name": "no such model"},
    "POST /api/v1/prunes": {"source": "no such source", "dry_run": True},
    "POST /api/v1/sync": {"sources": ["no such source"]},
    "PATCH /api/v1/sync": {"schedule": "never"},
    "POST /api/v1/verifications": {"what": ["no such source"]},
    "PUT /api/v1/session/password": {"old": "a wrong one", "new": "long enough"},
}
QUERIES = {
    "GET /api/v1/subclips/export": "?format=edl",
    "GET /api/v1/access/explain": "?user=nobody&asset=00000000",
    "DELETE /api/v1/collections/{collection}/rights": "?to=role:viewer",
    "DELETE /api/v1/grants": "?to=nobody&what=nothing",
    "GET /api/v1/events/stream": "?seconds=0",
    "GET /api/v1/vocabularies/{vocabulary}/export": "?format=csv",
    "GET /api/v1/vocabularies/{vocabulary}/find": "?text=malta",
    "POST /api/v1/vocabularies/{vocabulary}/import": "?format=csv",
    "POST /api/v1/comments/import": "?format=edl",
    "POST /api/v1/rights/check": "?format=edl",
    "POST /api/v1/timelines/match": "?format=edl",
    "GET /api/v1/versions/{sha1}/carry": "?to=00000001&times=1",
}
DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
def here(opened: Open) -> Guarded:
    made = opened()
    for role in Role:
        made.add(f"a-{role}", role)
    return made


def operations(http: TestClient) -> dict[str, dict[str, Any]]:
    """Every operation of the OpenAPI document, by method and path."""
    paths = http.app.openapi()["paths"]  # type: ignore[attr-defined]
    return {
        f"{method.upper()} {path}": one for path, methods in paths.items() for method, one in methods.items()
    }


def ask(http: TestClient, name: str, **more: Any) -> Any:
    """Send a request to an endpoint about what does not exist, so that nothing is changed."""
    method, path = name.split(" ")
    path = re.sub(
        r"{(sha1|name|vocabulary|term)}",
        "00000000",
        re.sub(r"{(scan|check|number|collection)}", "999", path),
    ) + QUERIES.get(name, "")
    return http.request(method, path, json=BODIES.get(name), **more)


def test_the_matrix_lists_every_endpoint(here: Guarded) -> None:
    assert set(MATRIX) == set(operations(here.client()))


CHECK_THEMSELVES = (
    "PUT /api/v1/session/password",
    "POST /api/v1/share-sessions",
    "POST /api/v1/share-sessions/needs",
)


def test_nobody_gets_nothing_but_what_is_public(here: Guarded) -> None:
    http = here.client()
    for name, least in MATRIX.items():
        status = ask(http, name).status_code
        checks_itself = name in CHECK_THEMSELVES
        assert (status == 401) == (least is not None or checks_itself), name


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_gets_what_the_matrix_says(here: Guarded, role: Role) -> None:
    http = here.logged_in(f"a-{role}")
    described = operations(http)
    for name, least in MATRIX.items():
        if least is None:
            continue
        answer = ask(http, name)
        assert str(answer.status_code) in described[name]["responses"], (name, answer.status_code)
        if role >= least:
            is_refused = answer.status_code == 403 and answer.json()["code"] == "access.scope_missing"
            assert answer.status_code not in (401, 500) and not is_refused, (name, answer.text)
        else:
            assert answer.status_code == 403, (name, answer.text)
            problem = answer.json()
            assert problem["code"] == "access.scope_missing" and str(least) in problem["hint"]


def named_scope(operation: dict[str, Any]) -> str | None:
    """The scope that the OpenAPI document names for an endpoint; None: it is public."""
    requirements = operation["security"]
    if not requirements:
        assert operation["x-public"] is True
        return None
    [scope] = {scope for one in requirements for listed in one.values() for scope in listed}
    assert {scheme for one in requirements for scheme in one} == {"token", "session", "session_tls"}
    return str(scope)


def test_openapi_names_the_scope_that_is_needed_and_no_other(here: Guarded) -> None:
    """A token with that scope alone is enough, and one with all others is not."""
    http = here.client()
    every = [scope.name for scope in scopes()]
    least = {scope.name: scope.least for scope in scopes()}
    alone = {one: here.token(f"only-{one}", one) for one in every}
    others = {one: here.token(f"not-{one}", *(other for other in every if other != one)) for one in every}
    for name, operation in operations(http).items():
        scope = named_scope(operation)
        if scope is None:
            assert MATRIX[name] is None
            continue
        assert least[scope] == MATRIX[name], name
        allowed = ask(http, name, headers=alone[scope])
        assert allowed.status_code not in (401, 403, 500) or "scope" not in allowed.json()["parameters"], name
        refused = ask(http, name, headers=others[scope])
        assert (refused.status_code, refused.json()["parameters"]["scope"]) == (403, scope), name


def test_the_document_names_the_scope_of_each_endpoint(here: Guarded) -> None:
    rows = re.findall(
        r"^\| `((?:GET|POST|PUT|PATCH|DELETE) /api[^`]*)` \| ([^|]*) \|", DOCUMENT.read_text(), re.M
    )
    assert {name: scope.strip().strip("`") for name, scope in rows} == {
        name: named_scope(operation) or "" for name, operation in operations(here.client()).items()
    }
