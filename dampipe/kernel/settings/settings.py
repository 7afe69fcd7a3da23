"""Every setting with its default and meaning, and the values that are derived from settings.

Precedence, highest first: arguments in code, `DAMPIPE_*` in the environment, dampipe.toml, the default. The values of
`acceleration`, `recipe` and `recipes` are checked by `dampipe.app.load_settings`, which knows the media layer.
"""

import hashlib
import os
import socket
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from dampipe.kernel.settings.cron import check_schedule
from dampipe.kernel.settings.file import ConfigFile, config_file, home_folder

AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _check_exclude(patterns: list[str]) -> list[str]:
    from dampipe.kernel.gitignore import check_patterns  # imported only when the setting has a value

    check_patterns(patterns)
    return patterns


def _check_cron(schedule: str) -> str:
    return check_schedule(schedule) if schedule.strip() else ""


class Settings(BaseSettings):
    """All settings, immutable. Read them with `read_settings`, which names the one that is wrong."""

    model_config = SettingsConfigDict(env_prefix="DAMPIPE_", extra="forbid", frozen=True)

    home: AbsolutePath = Field(
        default_factory=home_folder,
        description="Folder of all state: database, derivatives, broker, index, logs. Environment only.",
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of the catalogue; empty: SQLite in the home folder."
    )
    database_timeout: float = Field(
        30.0, gt=0, description="Seconds to wait for a SQLite catalogue that another process has locked."
    )
    broker_url: str = Field(
        "", description="Redis or Valkey URL of the broker; empty: an embedded one, run by `dampipe up`."
    )
    blobs_url: str = Field(
        "", description="Where derivatives are kept: a folder or an fsspec URL; empty: in the home folder."
    )
    blobs_options: dict[str, Any] = Field(
        default_factory=dict, description="Options for the blob store (keys, endpoint), as fsspec names them."
    )
    vectors: str = Field(
        "faiss", description="Vector index backend: faiss, pgvector, milvus, weaviate, or `none`."
    )
    vectors_options: dict[str, Any] = Field(
        default_factory=dict,
        description="Options for the vector index (address, limits), as its backend names them.",
    )

    model: str = Field(
        "ViT-B-32-256/datacomp_s34b_b86k",
        description="Embedding model: open_clip `name/pretrained`, a folder, or `tiny` (demo shapes only).",
    )
    device: str = Field("auto", description="Where the model runs: auto, cpu, cuda, cuda:1, mps.")

    ffmpeg: str = Field("", description="Path of ffmpeg; empty: PATH if 7.1 or newer, else the bundled one.")
    ascmhl: str = Field(
        "",
        description="Path of the program ascmhl, which writes and compares manifests; empty: that in PATH.",
    )
    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether ffmpeg runs in bubblewrap, where it sees its input only and no network: auto (where that "
        "works), on (or refuse to start), off (limits and allow-lists only).",
    )
    acceleration: str = Field(
        "auto",
        description="Video hardware to use where it was seen to work: auto, none, or names of nvidia, videotoolbox, "
        "qsv, vaapi and amf, comma-separated, the best first.",
    )
    nvenc_sessions: int = Field(
        8, ge=0, description="Most proxies that one machine encodes with NVENC at a time; 0: no limit."
    )
    recipe: str = Field(
        "review",
        description="What is made of a file: review (720p H.264), web (480p, smaller), edit (ProRes Proxy, 1080p, to "
        "relink in an editor; no browser plays it), or the name of one of `recipes`.",
    )
    recipes: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Recipes of your own by name: base (a preset) and what differs in proxy, poster, sprite and frames.",
    )
    one_pass: bool = Field(
        False,
        description="Make the proxy along with the preview, in one decode; files can be searched later.",
    )

    pipeline: str = Field("tasks:PIPELINE", description="The list of stages, `module:name`.")
    carrier: str = Field(
        "workers.transport:CeleryTransport", description="What carries messages, `module:name`."
    )
    window: int = Field(
        128, ge=1, description="Most chains in flight in a lane; the rest wait in the catalogue."
    )
    lease: float = Field(
        60.0, gt=0, description="Seconds a worker may be silent before its run is taken over."
    )
    max_attempts: int = Field(3, ge=1, description="Attempts at a stage before a file is parked.")
    sweep_interval: float = Field(10.0, gt=0, description="Seconds between two sweeps for lost work.")
    settle: float = Field(5.0, ge=0, description="Seconds a file must have held still before it is taken.")
    guard_share: float = Field(
        0.5, ge=0, description="A source that lost more than this share of its files is not believed."
    )
    guard_files: int = Field(10, ge=1, description="Losses of fewer files than this are always believed.")
    exclude: Annotated[list[str], AfterValidator(_check_exclude)] = Field(
        default=[
            "__MACOSX/",
            "CacheClip/",
            "Media Cache Files/",
            "Adobe Premiere Pro Video Previews/",
        ],
        description="What a scan passes by, as in .gitignore, beside hidden and system folders.",
    )
    verify_percent: float = Field(
        1.0, ge=0, le=100, description="Per cent of the files that a sync reads again, the oldest first."
    )
    verify_minutes: float = Field(
        120.0, ge=0, description="Most minutes that a sync spends on reading again."
    )
    sync_schedule: Annotated[str, AfterValidator(_check_cron)] = Field(
        "", description="When the clock starts a sync, as in a crontab; empty: never."
    )
    machine: str = Field(
        "", description="Name of this machine in the path maps of sources; empty: its host name."
    )
    media_workers: int = Field(
        0, ge=0, description="Processes for hash, probe and preview; 0: one a core, 8 at most."
    )
    proxy_workers: int = Field(1, ge=1, description="Processes that make proxies.")

    host: str = Field("127.0.0.1", description="Address the web server and Flower listen on.")
    port: int = Field(8700, ge=0, le=65535, description="Port of the web server.")
    flower_port: int = Field(8701, ge=0, le=65535, description="Port of Flower; 0: no Flower.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources by precedence: code, environment, dampipe.toml."""
        return init_settings, env_settings, ConfigFile(settings_cls, config_file())

    @property
    def machine_name(self) -> str:
        """Name of this machine in path maps."""
        return self.machine or socket.gethostname()

    @property
    def embedded_broker(self) -> bool:
        """Whether `dampipe up` runs the broker."""
        return not self.broker_url

    @property
    def broker_socket(self) -> Path:
        """Unix socket of the embedded broker.

        The path of a socket is limited to about 100 bytes. For a longer home folder the socket is in the temporary
        folder, with a name that is derived from the home folder.
        """
        path = self.home / "broker" / "broker.sock"
        if len(os.fsencode(path)) < 100:
            return path
        digest = hashlib.sha1(os.fsencode(self.home), usedforsecurity=False).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"dampipe-{os.getuid()}-{digest}.sock"

    @property
    def broker(self) -> str:
        """URL of the broker, in Celery's syntax."""
        return self.broker_url or f"redis+socket://{self.broker_socket}"

    @property
    def database(self) -> str:
        """URL of the catalogue, in SQLAlchemy's syntax."""
        return self.database_url or f"sqlite:///{self.home / 'catalogue.sqlite'}"

    @property
    def page(self) -> str:
        """URL of the web server of this machine, whether or not it runs."""
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def blobs(self) -> str:
        """Folder or URL of the blob store."""
        return self.blobs_url or str(self.home / "derivatives")

    @property
    def index_folder(self) -> Path:
        """Folder of the vector indexes."""
        return self.home / "index"

    @property
    def logs(self) -> Path:
        """Folder of log files."""
        return self.home / "logs"
