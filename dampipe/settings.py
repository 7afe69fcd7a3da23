"""The only reader of the environment and of dampipe.toml: every setting, its default and its meaning.

What wins, from the top: arguments given in code, `DAMPIPE_*` in the environment, dampipe.toml, the
default. The file is `$DAMPIPE_CONFIG`, else `dampipe.toml` in the home folder.
"""

import hashlib
import json
import os
import re
import socket
import tempfile
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dampipe.domain.errors import InvalidInput
from dampipe.domain.schedule import check_schedule
from dampipe.media.recipes import PRESETS, AssetRecipe, Description


def default_home() -> Path:
    """`$XDG_DATA_HOME/dampipe`, which is ~/.local/share/dampipe unless told otherwise."""
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if data else Path.home() / ".local" / "share") / "dampipe"


def _home() -> Path:
    home = os.environ.get("DAMPIPE_HOME", "")
    return Path(home) if home else default_home()


def config_file() -> Path:
    """Where dampipe.toml is looked for."""
    named = os.environ.get("DAMPIPE_CONFIG", "")
    return Path(named) if named else _home().expanduser() / "dampipe.toml"


AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _patterns(given: list[str]) -> list[str]:
    from dampipe.pipeline.exclude import check_patterns  # asked only about patterns that somebody gave

    check_patterns(given)
    return given


def _cron(given: str) -> str:
    return check_schedule(given) if given.strip() else ""


class _File(TomlConfigSettingsSource):
    """dampipe.toml, which cannot move the folder that it is looked for in."""

    def __call__(self) -> dict[str, Any]:
        given = super().__call__()
        if "home" in given:
            raise ValueError("home is set by DAMPIPE_HOME in the environment, not in the file")
        return given


HARDWARE = ("nvidia", "videotoolbox", "qsv", "vaapi", "amf")


def _hardware(value: str) -> str:
    for name in [] if value in ("auto", "none") else value.split(","):
        if name.strip() not in HARDWARE:
            raise ValueError(f"{name.strip()!r} is none of auto, none, {', '.join(HARDWARE)}")
    return value


class Settings(BaseSettings):
    """All settings; `dampipe config` lists them with their values and where each came from."""

    model_config = SettingsConfigDict(env_prefix="DAMPIPE_", extra="forbid", frozen=True)

    home: AbsolutePath = Field(
        default_factory=_home,
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
    acceleration: Annotated[str, AfterValidator(_hardware)] = Field(
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
    recipes: dict[str, Description] = Field(
        default_factory=dict,
        description="Recipes of your own by name: base (a preset) and what differs in proxy, poster, sprite and frames.",
    )
    one_pass: bool = Field(
        False,
        description="Make the proxy along with the preview, in one decode; files can be searched later.",
    )

    pipeline: str = Field("tasks:PIPELINE", description="The list of stages, `module:name`.")
    carrier: str = Field("workers.carrier:CeleryCarrier", description="What carries messages, `module:name`.")
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
    exclude: Annotated[list[str], AfterValidator(_patterns)] = Field(
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
    sync_schedule: Annotated[str, AfterValidator(_cron)] = Field(
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
        """Code, then environment, then dampipe.toml."""
        return init_settings, env_settings, _File(settings_cls, config_file())

    @model_validator(mode="after")
    def _recipe_is_known(self) -> Self:
        hidden = sorted(set(self.recipes) & set(PRESETS))
        if hidden:
            raise ValueError(f"setting recipes: {hidden[0]!r} is the name of a preset")
        if self.recipe not in PRESETS and self.recipe not in self.recipes:
            known = ", ".join([*PRESETS, *self.recipes])
            raise ValueError(f"setting recipe: there is no {self.recipe!r}, only {known}")
        return self

    @property
    def asset_recipe(self) -> AssetRecipe:
        """The recipe that `recipe` names."""
        return PRESETS[self.recipe] if self.recipe in PRESETS else self.recipes[self.recipe].recipe()

    @property
    def machine_name(self) -> str:
        """The name by which path maps know this machine."""
        return self.machine or socket.gethostname()

    @property
    def embedded_broker(self) -> bool:
        """Whether this deployment runs its own broker."""
        return not self.broker_url

    @property
    def broker_socket(self) -> Path:
        """Unix socket of the embedded broker. A socket's path may have about 100 bytes, so a deep
        home gets one in the temporary folder, named after the home."""
        socket = self.home / "broker" / "broker.sock"
        if len(os.fsencode(socket)) < 100:
            return socket
        digest = hashlib.sha1(os.fsencode(self.home), usedforsecurity=False).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"dampipe-{os.getuid()}-{digest}.sock"

    @property
    def broker(self) -> str:
        """The broker's URL as Celery takes it."""
        return self.broker_url or f"redis+socket://{self.broker_socket}"

    @property
    def database(self) -> str:
        """The catalogue's URL as SQLAlchemy takes it."""
        return self.database_url or f"sqlite:///{self.home / 'catalogue.sqlite'}"

    @property
    def page(self) -> str:
        """Where this machine finds its own web server, if one runs."""
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def blobs(self) -> str:
        """The blob store's folder or URL."""
        return self.blobs_url or str(self.home / "derivatives")

    @property
    def index_folder(self) -> Path:
        """Where the vector index lies."""
        return self.home / "index"

    @property
    def logs(self) -> Path:
        """Where `dampipe up` keeps its log."""
        return self.home / "logs"


_UNKNOWN = "Extra inputs are not permitted"
"""What pydantic says of a name that it does not know."""


def load_settings(**given: Any) -> Settings:
    """Read the settings. Raises InvalidInput that names the setting which is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].replace("Value error, ", "").replace(_UNKNOWN, "there is no such setting")
        if first["type"] == "extra_forbidden" and (near := get_close_matches(name, Settings.model_fields, 1)):
            problem += f", did you mean {near[0]!r}?"
        raise InvalidInput(
            f"setting {name!r}: {problem}" if name else problem,
            hint=f"`dampipe config --sample` tells what there is; looked in {config_file()}.",
        ) from error
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{config_file()} cannot be read: {error}") from error


def write_setting(name: str, value: str) -> None:
    """Set a text in dampipe.toml and leave the rest of the file as it is. Raises InvalidInput."""
    path = config_file()
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new, count = re.subn(rf"^{name}\s*=.*$", lambda _: line, old, count=1, flags=re.M)
        if not count:  # on top, since below a table's head it would belong to that
            new = f"{line}\n{old}"
        if tomllib.loads(new).get(name) != value:
            raise ValueError(f"{name} cannot be changed there")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_text(new, encoding="utf-8")
        temporary.replace(path)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be written: {error}", hint=f"Write there: {line}") from error


def shown(settings: Settings) -> dict[str, Any]:
    """All values as they may be printed: without passwords and keys."""
    values = settings.model_dump(mode="json")
    for name in ("broker_url", "database_url", "blobs_url"):
        values[name] = re.sub(r"(://[^/@]*:)[^/@]*@", r"\1***@", values[name])
    for name in ("blobs_options", "vectors_options"):
        values[name] = dict.fromkeys(values[name], "***")
    return values


def origin(name: str, settings: Settings) -> str:
    """Where a setting's value comes from: environment, file or default."""
    if f"DAMPIPE_{name.upper()}" in os.environ:
        return "environment"
    return "file" if name in settings.model_fields_set else "default"


def sample() -> str:
    """A dampipe.toml with every setting, its meaning and its default, all commented out."""
    lines = [
        "# dampipe.toml: every setting, commented out, with its default.",
        "# Each can also be given as DAMPIPE_<NAME> in the environment, which wins over this file.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        if name == "home":  # this file is looked for in the home folder
            continue
        default = field.get_default(call_default_factory=True)
        if isinstance(default, str):
            value = f'"{default}"'
        elif isinstance(default, dict):
            value = "{}"
        elif isinstance(default, list):
            value = json.dumps(default)
        else:
            value = str(default).lower()
        lines += [f"# {field.description}", f"# {name} = {value}", ""]
    return "\n".join(lines)
