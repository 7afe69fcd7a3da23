"""No form of a URL shows its secrets; what is no secret stays readable."""

import ast
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import dampipe
from dampipe.cli import main
from dampipe.kernel.errors import ErrorCode, InvalidInput
from dampipe.kernel.masking import mask_text, mask_url, query_names, url_problem
from tests.support.commands import run_command

ROOT = Path(dampipe.__file__).parents[1]

FORMS = [
    ("redis://:s3cret@nas:6379/0", "redis://:***@nas:6379/0"),
    ("redis://user:s3cret@nas", "redis://user:***@nas"),
    ("redis://nas?password=s3cret", "redis://nas?password=***"),
    ("redis://nas/0?ssl=true&PASSWORD=s3cret&db=1", "redis://nas/0?ssl=true&PASSWORD=***&db=1"),
    ("redis://nas?passwd=s3cret", "redis://nas?passwd=***"),
    ("redis://nas?pwd=s3cret;db=1", "redis://nas?pwd=***;db=1"),
    ("redis://nas?password=x&s3cret&db=1", "redis://nas?password=***&db=1"),
    ("redis://nas?password=x@s3cret", "redis://nas?password=***"),
    ("redis://nas?pass%77ord=s3cret", "redis://nas?pass%77ord=***"),
    ("redis://u:p@s3cret@nas/0", "redis://u:***@nas/0"),
    ("redis://u:p@s3@cr@s3cret@nas/0", "redis://u:***@nas/0"),
    ("postgresql+psycopg://u:p/s3cret@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("postgresql+psycopg://u:p?s3cret@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("postgresql+psycopg://u:p?s3cret=1@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("postgresql+psycopg://u:p#s3cret@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("postgresql+psycopg://u:p s3cret@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("postgresql+psycopg://u:s3cret%40x@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("postgresql+psycopg://u%3As3cret@nas/db", "postgresql+psycopg://u:***@nas/db"),
    ("redis://u:s3cret%40nas/0", "redis://u:***@nas/0"),
    ("nosuch://u:s3cret@nas/db", "nosuch://u:***@nas/db"),
    ("redis://nas:s3cret", "redis://nas:***"),
    ("redis://u:s3cret@nas:notaport/0", "redis://u:***@nas:***/0"),
    ("sentinel://:s3cret@a:26379;sentinel://:s3cret@b:26379", "sentinel://:***@a:26379;sentinel://:***@b:26379"),
    ("redis://:s3cret@a, redis://:s3cret@b", "redis://:***@a, redis://:***@b"),
    ("redis+socket:///run/b.sock?virtual_host=1&password=s3cret", "redis+socket:///run/b.sock?virtual_host=1&password=***"),
    ("redis+socket://:s3cret@/run/b.sock", "redis+socket://:***@/run/b.sock"),
    ("unix://u:s3cret@/run/b.sock?db=0", "unix://u:***@/run/b.sock?db=0"),
    ("s3://AKIA:s3cret@bucket/prefix", "s3://AKIA:***@bucket/prefix"),
    ("s3://bucket?aws_secret_access_key=s3cret&endpoint=x", "s3://bucket?aws_secret_access_key=***&endpoint=x"),
    ("https://nas/x?X-Amz-Signature=s3cret", "https://nas/x?X-Amz-Signature=***"),
    ("https://nas/x#access_token=s3cret", "https://nas/x#access_token=***"),
    ("https://s3cret@nas:8080/x", "https://***@nas:8080/x"),
    ("simplecache::sftp://u:s3cret@nas/x", "simplecache::sftp://u:***@nas/x"),
    ("redis://u:s3cret@[fe80::1]:6379/0", "redis://u:***@[fe80::1]:6379/0"),
    ("postgresql://u:s3cret@a:5432,b:5433/db", "postgresql://u:***@a:5432,b:5433/db"),
    ("u:s3cret@nas:6379/0", "u:***@nas:6379/0"),
    ("//u:s3cret@nas:6379/0", "//u:***@nas:6379/0"),
    ("host=nas user=u password=s3cret", "host=nas user=u password=***"),
    ("sqlite:////srv/x.sqlite?key=s3cret", "sqlite:////srv/x.sqlite?key=***"),
]  # fmt: skip

IN_TEXTS = [url for url, _ in FORMS if ("://" in url and "p s3cret" not in url) or url.startswith("host=")]
"""Without a scheme, or with a space in it, a URL cannot be found in a text."""

PLAIN = [
    "",
    "/srv/a:b@c/derivatives",
    "~/dérivés",
    "sqlite:////srv/a:b@c.sqlite",
    "sqlite://",
    "redis+socket:///home/me/.local/share/dampipe/broker/broker.sock",
    "postgresql+psycopg://dampipe@nas/dampipe?sslmode=require",
    "postgresql+psycopg:///dampipe?host=/var/run/postgresql",
    "redis://nas:6379/0",
    "redis://[::1]:6379/0",
    "s3://bucket/prefix",
    "smb://user@nas/share/folder",
    "memory://",
]


@pytest.mark.parametrize(("url", "shown"), FORMS)
def test_a_secret_is_masked(url: str, shown: str) -> None:
    assert mask_url(url) == shown
    assert "s3cret" not in shown
    if url in IN_TEXTS:
        for text in (f"{url} cannot be used", f"no answer from '{url}': refused", f"({url})"):
            assert "s3cret" not in mask_text(text)


@pytest.mark.parametrize("url", PLAIN)
def test_what_is_no_secret_is_shown(url: str) -> None:
    assert mask_url(url) == url
    assert mask_text(f"{url} cannot be used") == f"{url} cannot be used"


@pytest.mark.parametrize("url", IN_TEXTS)
def test_no_error_holds_a_secret_whatever_its_parameters(url: str) -> None:
    code = ErrorCode("test.url", "{place} cannot be used: {problem}", "See {place}.")
    error = InvalidInput(code, place=url, problem=ValueError(f"invalid: {url!r}"))
    told = json.dumps([str(error), error.hint, error.plain_parameters()])
    assert "s3cret" not in told


def test_names_of_files_are_left_alone() -> None:
    for text in ("/footage/secret=plan.mov is missing", "the secret: unknown", "'pass 1.mov' was read"):
        assert mask_text(text) == text


def test_options_in_a_text_are_masked() -> None:
    assert mask_text("connect(host='nas', password='s3cret')") == "connect(host='nas', password=***)"
    assert mask_text("{'key': 'x', 'aws_secret_access_key': 's3cret'}").endswith(
        "'aws_secret_access_key': ***}"
    )


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://nas:notaport", "port"),
        ("redis://u:s3cret@nas:99999", "port"),
        ("redis://nas:²", "port"),
        ("nas:6379", "scheme"),
        ("redis:/nas", "scheme"),
        ("redis://u:s3/cret@nas", "%2F"),
        ("sentinel://a:1;sentinel://b:x", "port"),
        ("redis://[::1:6379", "bracket"),
        ("redis://u:s3cret@" + "a" * 64, "host is not a valid name"),
        ("postgresql+psycopg://u:s3cret@a..b:5432/db", "host is not a valid name"),
        ("amqp://a:1;amqp://u:s3cret@" + "ü" * 60 + ":5672/v", "host is not a valid name"),
    ],
)
def test_what_is_wrong_with_a_url_is_said_without_quoting_it(url: str, problem: str) -> None:
    told = url_problem(url)
    assert problem in told
    assert "s3" not in told.replace("redis", "")


@pytest.mark.parametrize(
    "url",
    [
        "redis://bücher.example:6379",
        "redis://nas.",
        "redis://[fe80::1%25eth0]:6379",
        "postgresql+psycopg:///db",
        "postgresql+psycopg://a:1,b:2/db",
        "postgresql+psycopg://nas_1/db",
        "redis+socket:///run/a b/valkey.sock",
        "s3://bucket.with.dots/" + "a" * 80,
        "memory://",
    ],
)
def test_nothing_is_wrong_with_these(url: str) -> None:
    assert url_problem(url) == ""


def test_an_at_is_refused_only_where_it_has_to_be_escaped() -> None:
    assert url_problem("redis://:p@ss@nas") == ""
    assert "%40" in url_problem("postgresql://u:p@ss@nas/db", escaped_at=True)
    assert url_problem("postgresql://u:p%40ss@nas/db", escaped_at=True) == ""
    assert query_names("redis://a?x=1&y=2;redis://b#z=3") == ["x", "y"]


URLS = ("database_url", "broker_url", "blobs_url", "database", "broker", "blobs")
KNOWN = {
    "celeryconfig.py": "configures Celery",
    "app/container.py": "opens the database",
    "app/providers/blobs.py": "opens the blob store",
    "app/providers/vectors.py": "opens the database for vectors",
    "features/backup/service.py": "opens the database that a restored settings file names",
    "app/doctor.py": "looks at the folder of the blobs",
    "features/processing/disks.py": "looks at the disks of folders, and shows of buckets only what they are for",
    "app/schema.py": "looks for the file of the catalogue, and shows it masked",
    "kernel/settings/settings.py": "declares them",
    "workers/transport.py": "shows the broker masked",
}
"""Files that read a URL of the settings, and what for. Another one that shows it calls `mask_url`."""


def test_nothing_else_decides_what_of_a_url_is_shown() -> None:
    root = Path(dampipe.__file__).parent
    paths = [*root.rglob("*.py"), *(root / "workers").glob("*.py"), *(root / "tasks").glob("*.py")]
    readers = set()
    for path in paths:
        where = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # What others have for this masks `user:password@` only.
            assert getattr(node, "attr", "") not in ("render_as_string", "as_uri_masked"), path
            assert getattr(node, "arg", "") != "hide_password", path
            is_setting = isinstance(node, ast.Attribute) and "settings" in ast.unparse(node.value)
            if is_setting and node.attr in URLS:  # type: ignore[attr-defined]
                readers.add(where)
    assert readers <= set(KNOWN), "does it show the URL? then by mask_url"


def test_config_shows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dampipe.app.container._containers", {})  # not the settings of an earlier test
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path))
    monkeypatch.setenv("DAMPIPE_DATABASE_URL", "postgresql+psycopg://u:s3cret@nas/db?password=s3cret")
    monkeypatch.setenv("DAMPIPE_BROKER_URL", "redis://:x@s3cret@nas?ssl_keypassword=s3cret")
    monkeypatch.setenv("DAMPIPE_BLOBS_URL", "s3://u:s3cret@bucket?token=s3cret")
    monkeypatch.setenv("DAMPIPE_EVENT_BUS", "amqp://u:s3cret@nas:1/v")
    monkeypatch.setenv("DAMPIPE_OIDC_ISSUER", "https://u:s3cret@nas")
    monkeypatch.setenv("DAMPIPE_OIDC_CLIENT_SECRET", "s3cret")
    monkeypatch.setenv("DAMPIPE_BLOBS_OPTIONS", '{"client": {"key": "s3cret"}}')
    monkeypatch.setenv("DAMPIPE_VECTORS_OPTIONS", '{"url": "http://u:s3cret@nas"}')
    for arguments in (["config"], ["config", "--json"], ["doctor"], ["status"], ["enqueue", str(tmp_path)]):
        done = CliRunner().invoke(main, arguments)
        assert "s3cret" not in done.output + repr(done.exception), arguments
        assert "nas" in done.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql+psycopg://u:s3cret@nas:notaport/db"),
        ("database_url", "postgresql+psycopg://u:p@s3cret@nas/db"),
        ("database_url", "nosuch://u:s3cret@nas/db"),
        ("database_url", "u:s3cret@nas/db"),
        ("database_url", "mysql+nosuch://u:s3cret@nas/db"),
        ("broker_url", "redis://nas:notaport"),
        ("broker_url", "redis://nas?password=s3cret"),
        ("broker_url", "redis://u:p/s3cret@nas"),
        ("broker_url", "nosuch://u:s3cret@nas"),
        ("broker_url", "redis://u:s3cret@127.0.0.1:1?nosuch=1"),
        ("blobs_url", "sftp://u:s3cret@nas:notaport/x"),
        ("blobs_url", "nosuch://u:s3cret@nas/x"),
    ],
)
def test_a_wrong_url_is_one_line_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    environment = {key: text for key, text in os.environ.items() if not key.startswith("DAMPIPE_")}
    environment |= {"DAMPIPE_HOME": str(tmp_path), f"DAMPIPE_{name.upper()}": value}
    command = "prune --dry-run --leftovers" if name == "blobs_url" else "enqueue ."
    done = run_command(*command.split(), environment=environment)
    assert done.returncode not in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2 + done.stderr.count("files found"), done.stderr
