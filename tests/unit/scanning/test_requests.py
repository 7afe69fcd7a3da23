"""What a request holds is checked by the request itself, alike for every face."""

import os

import pytest
from pydantic import ValidationError

from dampipe.features.scanning.errors import RELATIVE_PATH
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.sources import errors
from dampipe.features.sources.model import SourceRequest
from dampipe.kernel.errors import ErrorCode, InvalidInput


def test_any_absolute_path_is_taken() -> None:
    path = os.fsdecode(b"/footage/caf\xe9")
    assert EnqueueRequest(paths=(path,)).paths == (path,)


def test_a_relative_path_is_an_error() -> None:
    for path in ("day1", "", "./day1"):
        with pytest.raises(InvalidInput) as error:
            EnqueueRequest(paths=("/footage", path))
        assert (error.value.code, error.value.parameters) == (RELATIVE_PATH.code, {"path": path})


@pytest.mark.parametrize("values", [{"paths": ()}, {"paths": ("/x",), "priority": 1001}, {"path": "/x"}])
def test_values_out_of_range_and_unknown_ones_are_errors(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EnqueueRequest.model_validate(values)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "-x"}, errors.NAME_INVALID),
        ({"name": " x"}, errors.NAME_INVALID),
        ({"name": "a\nb"}, errors.NAME_INVALID),
        ({"name": "x", "include": ("!",)}, errors.PATTERN_INVALID),
        ({"name": "x", "path_maps": {"gpu": "relative"}}, errors.PATH_MAP_INVALID),
        ({"name": "x", "path_maps": {"": "/mnt"}}, errors.PATH_MAP_INVALID),
    ],
)
def test_sources_have_valid_names_patterns_and_path_maps(values: dict[str, object], code: ErrorCode) -> None:
    with pytest.raises(InvalidInput) as error:
        SourceRequest.model_validate({"path": "/x", **values})
    assert error.value.code == code.code
