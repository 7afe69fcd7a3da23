"""Every type that a feature or the application provides is built by its provider."""

from collections.abc import Iterator

import pytest

from dampipe.app.container import Container
from dampipe.app.features import features
from dampipe.app.load_settings import load_settings
from dampipe.app.providers import PROVIDERS
from dampipe.kernel.feature import load_dotted

PROVIDED = [*PROVIDERS, *(name for feature in features() for name in feature.providers)]


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAMPIPE_HOME", str(tmp_path_factory.mktemp("home")))
        made = Container(load_settings())
    made.set_up()
    yield made
    made.close()


@pytest.mark.parametrize("name", PROVIDED)
def test_a_provided_type_is_built(container: Container, name: str) -> None:
    kind = load_dotted(name)
    made = container.get(kind)
    assert made is container.get(kind)
    assert getattr(kind, "_is_protocol", False) or isinstance(made, kind)


def test_a_type_has_one_provider() -> None:
    assert len(PROVIDED) == len(set(PROVIDED))
