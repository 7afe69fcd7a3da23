"""The guard `filled`: which assets a workflow lets pass whose fields are filled in."""

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.guard import FILLED
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.field import ValueSource
from tests.support.described import Described


def refused(described: Described, *fields: str) -> dict[str, list[int]]:
    """The assets that do not pass, by the text of the reason."""
    everything = AssetSet(range(1, 6))
    parameters = FILLED.parameters.model_validate({"fields": fields})
    with described.database.read() as connection:
        found = FILLED.check(connection, described.database, everything, parameters)
    return {one.code.text.format_map(one.parameters): list(one.assets) for one in found}


def test_each_of_the_fields_must_have_a_value(described: Described) -> None:
    described.edit(1, set={"title": ["A"], "rating": ["3"]})
    described.edit(2, set={"title": ["B"]})
    assert refused(described, "title") == {"Title is empty": [3, 4, 5]}
    assert refused(described, "title", "rating") == {
        "Title is empty": [3, 4, 5],
        "Rating is empty": [2, 3, 4, 5],
    }


def test_what_counts_is_the_value_that_counts(described: Described) -> None:
    described.says(ValueSource.MODEL, 1, "title", "guessed")
    described.says(ValueSource.MODEL, 2, "title", "guessed", state="proposed")
    described.says(ValueSource.FILE, 3, "title", "from the file")
    described.edit(3, clear=["title"])
    assert refused(described, "title") == {"Title is empty": [2, 3, 4, 5]}


def test_a_field_that_is_gone_lets_nothing_pass(described: Described) -> None:
    [reason] = refused(described, "no_such_field").items()
    assert reason == ("there is no field 'no_such_field'", [1, 2, 3, 4, 5])


def test_facts_count_as_well(described: Described) -> None:
    assert refused(described, "file_size") == {}
    assert refused(described, "duration") == {"Length is empty": [1, 2, 3, 4, 5]}, "the length is not known"
    with described.database.write() as connection:
        connection.execute(VERSION.update().where(VERSION.c.asset_id == 2).values(duration=1.5))
    assert refused(described, "duration") == {"Length is empty": [1, 3, 4, 5]}
