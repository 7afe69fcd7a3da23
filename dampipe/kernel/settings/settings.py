"""Every setting with its default and meaning, and the values that are derived from settings.

Precedence, highest first: arguments in code, `DAMPIPE_*` in the environment, dampipe.toml, the default. The values of
`acceleration`, `recipe` and `recipes` are checked by `dampipe.app.load_settings`, which knows the media layer.
"""

import ipaddress
import re
import socket
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from dampipe.kernel.access import Role
from dampipe.kernel.home import config_file, home_folder
from dampipe.kernel.masking import query_names, url_problem
from dampipe.kernel.paths import is_url, normal_path
from dampipe.kernel.settings.connection import Connection
from dampipe.kernel.settings.cron import check_schedule
from dampipe.kernel.settings.default_model import default_model
from dampipe.kernel.settings.file import ConfigFile
from dampipe.kernel.socket_folder import socket_path

_ROLES = tuple(str(role) for role in Role)
MOST_PROCESSES = 256
"""Processes of one worker."""

AbsoluteFolder = Annotated[str, AfterValidator(lambda path: str(Path(path).expanduser().absolute()))]
FolderOrUrl = Annotated[
    str, AfterValidator(lambda path: normal_path(path if is_url(path) else str(Path(path).expanduser())))
]
AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


EXCLUDE = ["__MACOSX/", "CacheClip/", "Media Cache Files/", "Adobe Premiere Pro Video Previews/"]


def _check_exclude(patterns: list[str]) -> list[str]:
    if patterns != EXCLUDE:
        from dampipe.kernel.gitignore import check_patterns  # imported only when the setting has a value

        check_patterns(patterns)
    return patterns


def _check_cron(schedule: str) -> str:
    return check_schedule(schedule) if schedule.strip() else ""


_PARTS_OF_A_URL = ("transport", "hostname", "port", "userid", "password", "username", "host")
"""Names that kombu gives to the parts of a URL; it fails where a parameter has one of them."""


def _check_broker_url(url: str) -> str:
    problem = url_problem(url) if url else ""
    wrong = [name for name in query_names(url) if name.lower() in _PARTS_OF_A_URL]
    if wrong and not problem:
        problem = f"the parameter {wrong[0]} belongs before the ?, as in redis://user:password@host:6379/0"
    if problem:
        raise ValueError(f"not a valid URL: {problem}")
    return url


def _check_bus_url(url: str) -> str:
    _check_broker_url(url)
    if url and url.partition("://")[0].lower() not in ("amqp", "amqps"):
        raise ValueError("not the URL of a RabbitMQ, amqp://user:password@host:5672/vhost")
    return url


def _check_network(networks: list[str]) -> list[str]:
    for network in networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise ValueError(f"not a network such as 192.168.1.0/24, or an address: {error}") from error
    return networks


def _check_database_url(url: str) -> str:
    if url and (problem := url_problem(url, escaped_at=True)):
        raise ValueError(f"not a valid URL: {problem}")
    return url


_TILES = re.compile(r"(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)(/[^\s;,'\"\\]*)")


def _check_tiles(url: str) -> str:
    if url and not (_TILES.fullmatch(url) and all(part in url for part in ("{z}", "{x}", "{y}"))):
        raise ValueError("not a URL such as https://tiles.example.com/{z}/{x}/{y}.png")
    return url


def _check_blobs_url(url: str) -> str:
    if "://" in url and (problem := url_problem(url)):
        raise ValueError(f"not a valid URL: {problem}")
    return url


def _check_networks(networks: list[str]) -> list[str]:
    for network in networks:
        ipaddress.ip_network(network, strict=False)
    return networks


def _check_role(role: str) -> str:
    if role and role not in _ROLES:
        raise ValueError(f"{role!r} is not one of {', '.join(_ROLES)}")
    return role


def _check_roles(roles: dict[str, str]) -> dict[str, str]:
    return {group: _check_role(role) for group, role in roles.items()}


def _check_log_level(level: str) -> str:
    if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(f"{level!r} is not DEBUG, INFO, WARNING or ERROR")
    return level.upper()


class Settings(BaseSettings):
    """All settings, immutable. Read them with `read_settings`, which names the one that is wrong."""

    model_config = SettingsConfigDict(env_prefix="DAMPIPE_", extra="forbid", frozen=True)

    home: AbsolutePath = Field(
        default_factory=home_folder,
        description="Folder of all state: database, derivatives, broker, index, logs. Environment only.",
    )
    database_url: Annotated[str, AfterValidator(_check_database_url)] = Field(
        "", description="SQLAlchemy URL of the catalogue; empty: SQLite in the home folder."
    )
    database_timeout: float = Field(
        30.0,
        gt=0,
        le=3600,
        description="Seconds to wait for a SQLite catalogue that another process has locked.",
    )
    broker_url: Annotated[str, AfterValidator(_check_broker_url)] = Field(
        "",
        description="URL of the broker (Redis, Valkey or RabbitMQ); empty: an embedded one, run by `dampipe up`.",
    )
    blobs_url: Annotated[str, AfterValidator(_check_blobs_url)] = Field(
        "",
        description="Blob store for derivatives: a folder or an fsspec URL; empty: a folder in the home folder.",
    )
    blobs_options: dict[str, Any] = Field(
        default_factory=dict, description="Options for the blob store (keys, endpoint), as fsspec names them."
    )
    connections: dict[str, Connection] = Field(
        default_factory=dict,
        description="Addresses and credentials of object stores and file servers with footage, by name.",
    )
    vectors: str = Field(
        "faiss", description="Vector index backend: faiss, pgvector, milvus, weaviate, or `none`."
    )
    vectors_options: dict[str, Any] = Field(
        default_factory=dict,
        description="Options for the vector index (address, limits), as its backend names them.",
    )

    model: str = Field(
        default_factory=default_model,
        description="Embedding model: open_clip `name/pretrained`, a folder, or `tiny` (demo shapes only).",
    )
    device: str = Field("auto", description="Device that runs the model: auto, cpu, cuda, cuda:1, mps.")

    ffmpeg: str = Field("", description="Path of ffmpeg; empty: PATH if 7.1 or newer, else the bundled one.")
    ascmhl: str = Field(
        "",
        description="Path of the program ascmhl, which writes and compares manifests; empty: the one in PATH.",
    )
    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether ffmpeg runs in a bubblewrap sandbox, with access to its input only and without network: "
        "auto (if bubblewrap works), on (refuse to start without it), off (resource limits and allow-lists "
        "only).",
    )
    acceleration: str = Field(
        "auto",
        description="Video hardware to use where its self-test passes: auto, none, or a comma-separated list of nvidia, "
        "videotoolbox, qsv, vaapi and amf in order of preference.",
    )
    nvenc_sessions: int = Field(
        8,
        ge=0,
        le=1024,
        description="Maximum number of proxies that one machine encodes with NVENC at a time; 0: no limit.",
    )
    recipe: str = Field(
        "review",
        description="Recipe of the derivatives: review (720p H.264), web (480p, smaller), edit (ProRes Proxy, 1080p, to "
        "relink in an editor; browsers cannot play it), or the name of one of `recipes`.",
    )
    recipes: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Custom recipes by name: base (a preset) and the values that differ in proxy, poster, sprite and "
        "frames.",
    )
    one_pass: bool = Field(
        False,
        description="Make the proxy and the preview in one decode; files become searchable later.",
    )

    pipeline: str = Field(
        "dampipe.tasks:PIPELINE", description="Dotted name of the list of stages, `module:name`."
    )
    transport: str = Field(
        "dampipe.workers.transport:CeleryTransport",
        description="Dotted name of the task transport, `module:name`.",
    )
    window: int = Field(
        128,
        ge=1,
        le=100_000,
        description="Maximum number of chains in flight per lane; the rest wait in the catalogue.",
    )
    lease: float = Field(
        60.0,
        gt=0,
        le=86_400,
        description="Seconds without a heartbeat after which the runs of a worker are taken over.",
    )
    max_attempts: int = Field(
        3, ge=1, le=100, description="Attempts at a stage before the file is quarantined."
    )
    sweep_interval: float = Field(
        10.0, gt=0, le=3600, description="Seconds between two sweeps for lost work."
    )
    settle: float = Field(
        5.0,
        ge=0,
        le=86_400,
        description="Seconds that a file must be unchanged before it is processed (debounce).",
    )
    guard_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="If a scan misses more than this share of the files of a source, no file is marked missing.",
    )
    guard_files: int = Field(
        10,
        ge=1,
        le=10_000_000,
        description="If a scan misses fewer files than this, they are always marked missing.",
    )
    exclude: Annotated[list[str], AfterValidator(_check_exclude)] = Field(
        default=EXCLUDE,
        description="Patterns of files and folders that scans skip, in .gitignore syntax, in addition to hidden and "
        "system folders.",
    )
    verify_percent: float = Field(
        1.0,
        ge=0,
        le=100,
        description="Per cent of the files whose checksum a sync verifies, least recently verified first.",
    )
    verify_minutes: float = Field(
        120.0, ge=0, le=10_080, description="Maximum number of minutes that a sync spends on verification."
    )
    backup_folder: str = Field(
        "", description="Folder in which a sync makes a backup each night; empty: none. One for each library."
    )
    backup_keep: int = Field(
        7,
        ge=1,
        le=10_000,
        description="Number of backups that are kept in `backup_folder`; older ones are deleted.",
    )
    sync_schedule: Annotated[str, AfterValidator(_check_cron)] = Field(
        "", description="Cron schedule of the nightly sync; empty: never."
    )
    events_keep_days: dict[str, Annotated[float, Field(ge=0, le=36_500)]] = Field(
        default={"processing": 30.0, "library": 0.0},
        description="Days that events are kept, by retention class or name; 0: forever. Audit events are always kept.",
    )
    event_bus: Annotated[str, AfterValidator(_check_bus_url)] = Field(
        "",
        description="URL of a RabbitMQ to whose exchange `dampipe.events` events are published; empty: none.",
    )
    webhook_networks: Annotated[list[str], AfterValidator(_check_network)] = Field(
        default_factory=list,
        description="Networks that webhooks may be sent to besides the public internet: addresses or CIDR, such as "
        "192.168.1.0/24.",
    )
    machine: str = Field(
        "", description="Name of this machine in the path maps of sources; empty: its host name."
    )
    staging_quota: float = Field(
        0.0,
        ge=0,
        le=1_000_000,
        description="Gigabytes that copies of remote footage may take on this machine, in `<home>/cache/footage`, and "
        "photos that are fetched from iCloud, in `<home>/cache/icloud`; 0: half of what is free on its disk.",
    )
    staging_patience: float = Field(
        30.0,
        ge=0,
        le=86400,
        description="Seconds for which a stage waits for the machine that has fetched its file; then any machine may do "
        "it, and fetches the file again.",
    )
    media_workers: int = Field(
        0,
        ge=0,
        le=MOST_PROCESSES,
        description="Number of worker processes for hash, probe and preview; 0: one per core, at most 8.",
    )
    proxy_workers: int = Field(
        1, ge=1, le=MOST_PROCESSES, description="Number of worker processes for proxies."
    )

    host: str = Field("127.0.0.1", description="Address that the web server and Flower listen on.")
    port: int = Field(8700, ge=0, le=65535, description="Port of the web server.")
    flower_port: int = Field(8701, ge=0, le=65535, description="Port of Flower; 0: no Flower.")
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Further host names for which the web server and Flower answer: those of a reverse proxy in "
        "front, say.",
    )
    tls_cert: str = Field(
        "",
        description="File with the certificate of the web server and Flower (PEM, with its chain); empty: no TLS.",
    )
    tls_key: str = Field("", description="File with the private key of the certificate (PEM).")
    proxy_addresses: Annotated[list[str], AfterValidator(_check_networks)] = Field(
        default_factory=list,
        description="Addresses and networks of reverse proxies in front, whose headers are believed: X-Forwarded-Proto, "
        "X-Forwarded-For and proxy_user_header.",
    )
    proxy_user_header: str = Field(
        "",
        description="Header in which the reverse proxy names the user who has logged in there, such as Remote-User; "
        "empty: none.",
    )
    proxy_groups_header: str = Field(
        "", description="Header in which the reverse proxy names the user's groups, separated by commas."
    )
    oidc_issuer: str = Field(
        "", description="URL of the OpenID Connect provider at which users log in; empty: none."
    )
    oidc_client_id: str = Field("", description="Name by which the OpenID Connect provider knows dampipe.")
    oidc_client_secret: str = Field("", description="Secret for it; empty for a public client.")
    oidc_groups_claim: str = Field(
        "groups", description="Claim in which the provider names the user's groups."
    )
    oidc_label: str = Field("", description="Text of the button that leads to the provider.")
    group_roles: Annotated[dict[str, str], AfterValidator(_check_roles)] = Field(
        default_factory=dict,
        description="Roles by the group of an identity provider or a reverse proxy: viewer, commenter, editor, manager "
        "or admin. Of several the highest counts.",
    )
    default_role: Annotated[str, AfterValidator(_check_role)] = Field(
        "",
        description="Role of users whom an identity provider or a reverse proxy vouches for and none of whose groups "
        "has one; empty: they are refused.",
    )
    map_tiles: Annotated[str, AfterValidator(_check_tiles)] = Field(
        "",
        description="URL of the tiles that the map of the page draws below the assets, with {z}, {x} and {y}, such as "
        "https://tiles.example.com/{z}/{x}/{y}.png; empty: none, and no other server is asked.",
    )
    map_credit: str = Field("", description="Whom the map names as the maker of its tiles.")
    scan_roots: list[FolderOrUrl] = Field(
        ["/mnt", "/media", "/run/media", "/Volumes"],
        description="Folders and URLs below which scans may be submitted over HTTP, in addition to the sources; by "
        "default the folders in which systems mount disks and shares.",
    )
    log_level: Annotated[str, AfterValidator(_check_log_level)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

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
    def map_origin(self) -> str:
        """The server of `map_tiles`, such as `https://tiles.example.com`; empty: none."""
        found = _TILES.fullmatch(self.map_tiles)
        return found[1] if found else ""

    @property
    def embedded_broker(self) -> bool:
        """Whether `dampipe up` runs the broker."""
        return not self.broker_url

    @property
    def broker_socket(self) -> Path:
        """Unix socket of the embedded broker.

        The path of a socket is limited to about 100 bytes. For a longer home folder the socket is in a private folder
        elsewhere. Raises CannotStart if others may write to that.
        """
        return socket_path(self.home)

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
        scheme = "https" if self.tls_cert else "http"
        return f"{scheme}://[{host}]:{self.port}" if ":" in host else f"{scheme}://{host}:{self.port}"

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
