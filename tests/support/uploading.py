"""A library with a managed source, and files that are uploaded into it over HTTP."""

import base64
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.features.uploads.finishing import UploadFinisher
from dampipe.features.uploads.folder import UploadFolder
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.web.app import create_app

BYTES = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}


class Uploading:
    """A library with a managed source, and its server."""

    def __init__(self, folder: Path, library: Any) -> None:
        self.services: Services = library.service(Services)
        self.raid = folder / "raid"
        self.raid.mkdir()
        request = SourceRequest(name="raid", path=str(self.raid), managed=True)
        self.services.get(SourceService).add(LOCAL, request)
        self.folder = self.services.get(UploadFolder)
        self.app = create_app(self.services)
        self.http = TestClient(self.app, "http://127.0.0.1")

    def begin(self, to: str = "raid", **more: str) -> int:
        """A new upload."""
        answer = self.http.post("/api/v1/uploads", json={"to": to, **more})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["number"])

    def announce(self, upload: int, path: str, size: int, modified: int = 1_600_000_000_000) -> Any:
        """The answer to a new file."""
        pairs = {"path": path, "modified": str(modified)}
        said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        headers = {"Upload-Length": str(size), "Upload-Metadata": said, "Tus-Resumable": "1.0.0"}
        return self.http.post(f"/api/v1/uploads/{upload}/files", headers=headers)

    def send(self, address: str, offset: int, data: bytes) -> Any:
        """The answer to some bytes of a file."""
        return self.http.patch(address, content=data, headers={**BYTES, "Upload-Offset": str(offset)})

    def received(self, address: str) -> int:
        """What the server says that it has."""
        return int(self.http.head(address).headers["Upload-Offset"])

    def upload(self, upload: int, path: str, data: bytes) -> None:
        """A whole file."""
        address = self.announce(upload, path, len(data)).headers["Location"]
        if data:
            assert self.send(address, 0, data).status_code == 204

    def work(self) -> None:
        """Copy what is to be imported, and tell those who wait for it."""
        repository, worker = self.services.get(ImportRepository), self.services.get(ImportWorker)
        for _ in range(50):
            due = repository.due()
            if not due:
                break
            for number in due:
                worker.portion(number)
        self.services.get(Sequencer).number()
        events = self.services.get(EventLog).after(0, 1000)
        self.services.get(UploadFinisher)([one for one in events if one.name == "import.finished"])
