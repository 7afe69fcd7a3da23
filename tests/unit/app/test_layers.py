"""The order of the features is checked by import-linter: it knows all of them."""

import tomllib

from dampipe.app.features import BUILT_IN
from tests.support.commands import ROOT


def test_import_linter_knows_the_features_in_their_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one.get("containers") == ["dampipe.features"]]
    assert layers == [feature.name for feature in reversed(BUILT_IN)]
