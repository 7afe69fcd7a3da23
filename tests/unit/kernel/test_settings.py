"""Settings come from code, environment and file, in that order, and a wrong one is named."""

import tomllib
from pathlib import Path

import pytest

from dampipe.app import engine_remedies as remedies
from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.settings.display import origin, sample
from dampipe.kernel.settings.file import write_setting
from dampipe.kernel.settings.settings import Settings
from dampipe.media.recipes import PRESETS


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DAMPIPE_{name.upper()}", raising=False)
    monkeypatch.delenv("DAMPIPE_CONFIG", raising=False)
    monkeypatch.setenv("DAMPIPE_HOME", str(tmp_path / "home"))


def test_home_moves_everything(tmp_path: Path) -> None:
    settings = load_settings()
    home = tmp_path / "home"
    assert settings.database == f"sqlite:///{home}/catalogue.sqlite"
    assert settings.blobs == str(home / "derivatives")
    assert settings.index_folder.is_relative_to(home) and settings.logs.is_relative_to(home)


def test_the_default_home_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DAMPIPE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert load_settings().home == tmp_path / "data" / "dampipe"


def test_code_beats_environment_beats_file_beats_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dampipe.toml").write_text("port = 1001\nwindow = 7\n")
    assert load_settings().port == 1001
    monkeypatch.setenv("DAMPIPE_PORT", "1002")
    settings = load_settings()
    assert (settings.port, settings.window, settings.lease) == (1002, 7, 60.0)
    assert [origin(n, settings) for n in ("port", "window", "lease")] == ["environment", "file", "default"]
    assert load_settings(port=1003).port == 1003


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("port = 'x'", "port"),
        ("prot = 1", "prot"),
        ("window = 0", "window"),
        ("sandbox = 'maybe'", "sandbox"),
        ("exclude = ['!']", "exclude"),
        ("acceleration = 'voodoo'", "acceleration"),
        ("recipe = 'tv'", "recipe"),
        ("[recipes.edit]", "recipes"),
        ("[recipes.house]\nbase = 'tv'", "recipes.house.base"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dampipe.toml").write_text(text)
    with pytest.raises(InvalidInput, match=f"setting '{name}'") as raised:
        load_settings()
    assert raised.value.code.startswith("settings.")
    assert raised.value.parameters["name"] == name
    assert str(tmp_path / "home" / "dampipe.toml") in raised.value.hint
    assert raised.value.code in remedies.CLI


def test_the_environment_variable_of_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAMPIPE_RECIPES", '{"house": {"proxy": {"height": 2}}}')
    with pytest.raises(InvalidInput, match=r"setting 'recipes.house': proxy.height") as raised:
        load_settings()
    assert raised.value.parameters["variable"] == "DAMPIPE_RECIPES"


def test_a_misspelled_setting_comes_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dampipe.toml").write_text("flower_prt = 1\n")
    with pytest.raises(
        InvalidInput, match="'flower_prt': there is no such setting, did you mean 'flower_port'"
    ):
        load_settings()
    (tmp_path / "home" / "dampipe.toml").write_text('recipe = "a"\n[recipes.a]\nproxy = {hight = 3}\n')
    with pytest.raises(InvalidInput, match=r"'recipes.a': proxy.hight: there is no such setting"):
        load_settings()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dampipe.toml").write_text("port = ")
    with pytest.raises(InvalidInput, match=r"dampipe.toml cannot be read"):
        load_settings()


def test_the_sample_holds_every_setting_and_its_default() -> None:
    uncommented = "\n".join(line.removeprefix("# ") for line in sample().splitlines() if " = " in line)
    values = tomllib.loads(uncommented)
    assert set(values) == set(Settings.model_fields) - {"home"}
    assert load_settings(**values) == load_settings()


def test_a_deep_home_gets_a_socket_with_a_short_path(tmp_path: Path) -> None:
    deep = load_settings(home=tmp_path / ("x" * 120))
    assert len(str(deep.broker_socket)) < 100
    assert deep.broker_socket != load_settings(home=tmp_path / ("y" * 120)).broker_socket


def test_every_recipe_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, recipe in PRESETS.items():
        assert Container(load_settings(recipe=name)).tools.proxy_recipe == recipe.proxy
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dampipe.toml").write_text(
        """recipe = "house"
[recipes.house]
base = "web"
proxy = { height = 360, crf = 30 }
[recipes.house.sprite]
interval = 5
"""
    )
    container = Container(load_settings())
    web = PRESETS["web"].proxy
    assert container.tools.proxy_recipe == web.model_copy(update={"height": 360, "crf": 30})
    assert container.tools.preview_recipe.sprite.interval == 5
    assert container.tools.preview_recipe.frames.size == container.tools.embedder.spec.size
    monkeypatch.setenv("DAMPIPE_RECIPES", '{"house": {"proxy": {"height": 240}}}')
    assert Container(load_settings()).tools.proxy_recipe.height == 240


def test_an_unknown_recipe_is_rejected() -> None:
    with pytest.raises(InvalidInput, match=r"no 'tv', only review, web, edit"):
        load_settings(recipe="tv")
    with pytest.raises(InvalidInput, match="'edit' is the name of a preset"):
        load_settings(recipes={"edit": {}})
    with pytest.raises(InvalidInput, match=r"setting 'recipes.house': proxy.height"):
        load_settings(recipes={"house": {"proxy": {"height": 2}}})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'model = "a/b"\n'),
        ("# ours\nport = 1\n", 'model = "a/b"\n# ours\nport = 1\n'),
        ('port = 1\nmodel="old" # why\n', 'port = 1\nmodel = "a/b"\n'),
        (
            '# model = "x"\n[blobs_options]\nkey = "k"\n',
            'model = "a/b"\n# model = "x"\n[blobs_options]\nkey = "k"\n',
        ),
    ],
)
def test_a_setting_is_written_and_the_rest_of_the_file_stays(
    before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dampipe.toml"
    monkeypatch.setenv("DAMPIPE_CONFIG", str(file))
    if before:
        file.write_text(before)
    write_setting("model", "a/b")
    assert file.read_text() == after


def test_a_file_that_is_not_valid_toml_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dampipe.toml"
    monkeypatch.setenv("DAMPIPE_CONFIG", str(file))
    file.write_text("[oops\n")
    with pytest.raises(InvalidInput, match="cannot be written") as raised:
        write_setting("model", "a/b")
    assert 'model = "a/b"' in raised.value.hint
    assert file.read_text() == "[oops\n"
