"""Comparisons of fields as filters and sort orders, on facts and on values."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.entries import Entry, Said, counting
from dampipe.features.metadata.queries import OperationKind
from dampipe.features.metadata.schema import default_schema
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import Content, content_of
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.field import MetadataField, Operator, ValueSource, ValueState
from tests.support.described import Described, name_of


def test_numbers_texts_and_dates_compare_as_people_expect(described: Described) -> None:
    for asset, rating in ((1, 1), (2, 3), (3, 5)):
        described.edit(asset, set={"rating": rating})
    assert described.which("rating", ">=", "3") == [2, 3]
    assert described.which("rating", ">", "3") == [3]
    assert described.which("rating", "<", "3") == [1]
    assert described.which("rating", "<=", "3") == [1, 2]
    assert described.which("rating", "=", "1", "5") == [1, 3]
    assert described.which("rating", "!=", "3") == [1, 3, 4, 5], "those without a value, too"
    assert described.which("rating", "is set") == [1, 2, 3]
    described.edit(1, set={"city": "Århus"})
    described.edit(2, set={"city": "ROME"})
    described.edit(3, set={"city": "100% Rome_"})
    assert described.which("city", "=", "århus") == [1]
    assert described.which("city", "=", "A\u030arhus") == [1], "in either form of Unicode"
    assert described.which("city", "contains", "rome") == [2, 3]
    assert described.which("city", "contains", "0% r") == [3]
    assert described.which("city", "contains", "%") == [3]
    assert described.which("city", "!=", "Rome") == [1, 3, 4, 5]


def test_dates_are_periods_and_keep_their_zones(described: Described) -> None:
    given = {1: "2024", 2: "2024-05", 3: "2024-05-17", 4: "2024-05-17T10:30:00+02:00", 5: "2024-06-01T00:30"}
    for asset, date in given.items():
        described.edit(asset, set={"shot_on": date})
        assert described.get(asset, "shot_on") == [date]
    assert described.which("shot_on", "=", "2024") == [1, 2, 3, 4, 5]
    assert described.which("shot_on", "=", "2024-05") == [2, 3, 4]
    assert described.which("shot_on", ">=", "2024-05-17") == [3, 4, 5]
    assert described.which("shot_on", ">", "2024-05-17") == [5]
    assert described.which("shot_on", "<=", "2024-05-17") == [1, 2, 3, 4]
    assert described.which("shot_on", "<", "2024-05") == [1]
    assert described.which("shot_on", "=", "2024-05-17T08:30Z") == [4], "moments, where both have a zone"
    assert described.which("shot_on", "=", "2024-05-17T10:30") == [4], "else what the clock showed"


def test_facts_are_compared_as_values_are(described: Described) -> None:
    sony = {"camera": "Sony FX3", "codec": "h264", "duration": 10.0, "width": 3840, "height": 2160}
    arri = {"camera": "ARRI Alexa", "codec": "prores", "duration": 60.5, "width": 1080, "height": 1920}
    facts = {1: {**sony, "recorded_at": 0.0, "recorded_offset": 120}, 2: {**arri, "recorded_at": 86400.0}}
    with described.database.write() as connection:
        for asset, values in facts.items():
            connection.execute(update(VERSION).where(VERSION.c.asset_id == asset).values(values))
    assert described.which("camera", "contains", "fx") == [1]
    assert described.which("camera", "=", "arri alexa") == [2]
    assert described.which("camera", "!=", "Sony FX3") == [2, 3, 4, 5]
    assert described.which("duration", ">", "10 s") == [2]
    assert described.which("lines", "=", "1080") == [2]
    assert described.which("orientation", "=", "portrait") == [2]
    assert described.which("orientation", "is set") == [1, 2]
    assert described.which("recorded_on", "=", "1970-01-02") == [2]
    assert described.which("recorded_on", "<", "1970-01-01T00:00Z") == [1], "its clock was two hours ahead"
    found = described.metadata.get(LOCAL, name_of(1), ["recorded_on", "duration", "width"]).fields
    assert [one.values for one in found] == [("1970-01-01T00:00:00+02:00",), (10,), (3840,)]
    assert [one.texts for one in found][1:] == [("10 s",), ("3840 px",)]


def test_long_texts_compare_beyond_what_the_index_holds(described: Described) -> None:
    long = "ÄB " * 100
    described.edit(1, set={"title": long.strip()[:290]})
    described.edit(2, set={"title": long.strip()[:289]})
    described.edit(3, set={"description": "x" * 5000 + "Ö"})
    assert described.which("title", "=", long.strip()[:290].lower()) == [1]
    assert described.which("description", "contains", "xxö") == [3]


@pytest.mark.parametrize(
    ("key", "operator", "given", "index"),
    [
        ("rating", ">=", "3", "value_number"),
        ("rating", "=", "3", "value_number"),
        ("shot_on", "=", "2024-05", "value_number"),
        ("city", "=", "Rome", "value_folded"),
        ("animals", "=", "Dog", "value_term"),
    ],
)
def test_comparisons_use_an_index(
    described: Described, key: str, operator: str, given: str, index: str
) -> None:
    described.vocabulary("animals", "Dog")
    described.schema(
        default_schema().to_toml()
        + '[[field]]\nkey = "animals"\nlabel = "Animals"\ntype = "term"\nvocabulary = "animals"\n'
    )
    with described.database.read() as connection:
        condition = described.fields.condition(connection, key, Operator(operator), [given])
        query = select(VERSION.c.id).where(condition)
        dialect = connection.dialect
        statement = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        if described.database.is_sqlite:
            explain = "EXPLAIN QUERY PLAN"
        else:
            explain = "EXPLAIN"
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}"))
    assert index in plan and "SCAN value" not in plan, plan


def test_what_cannot_be_compared_is_refused(described: Described) -> None:
    for key, operator, texts in (
        ("title", ">", ("a",)),
        ("rating", "contains", ("1",)),
        ("rating", "is set", ("1",)),
        ("rating", "=", ()),
    ):
        with pytest.raises(InvalidInput):
            described.which(key, operator, *texts)
    with pytest.raises(NotFound):
        described.which("nothing", "=", "1")
    for key, text in (("rating", "many"), ("shot_on", "soon")):
        with pytest.raises(InvalidInput):
            described.which(key, "=", text)
    assert described.which("rating", "=", "7") == [], "a filter may ask for what is no valid value"


def test_assets_are_sorted_by_facts_and_by_values(described: Described) -> None:
    for asset, (city, take) in {1: ("zürich", 10), 2: ("Aachen", 9), 3: ("bern", 100)}.items():
        described.edit(asset, set={"city": city, "take": take})
    with described.database.read() as connection:
        for key, expected in (("city", [2, 3, 1]), ("take", [2, 1, 3]), ("file_size", [1, 2, 3])):
            order = described.fields.order(connection, key)
            query = select(VERSION.c.asset_id).where(VERSION.c.asset_id <= 3).order_by(order)
            assert list(connection.execute(query).scalars()) == expected
        with pytest.raises(InvalidInput):
            described.fields.order(connection, "description")


def test_terms_are_found_with_narrower_ones_and_synonyms(described: Described) -> None:
    from dampipe.features.vocabularies.model import TermState
    from dampipe.features.vocabularies.queries import TermRepository
    from dampipe.features.vocabularies.tables import TERM_LABEL
    from dampipe.kernel.ids import TermId

    terms = described.vocabulary("animals", "Mammal", "Bird")
    with described.database.write() as connection:
        repository = TermRepository(described.database)
        dog = repository.add(connection, "animals", "Dog", TermId(terms["Mammal"]), LOCAL, TermState.ACTIVE)
        synonym = {"term_id": dog, "language": "de", "kind": "alternative", "text": "Hund", "folded": "hund"}
        connection.execute(TERM_LABEL.insert().values(synonym))
    described.schema(
        '[[field]]\nkey = "animals"\nlabel = "Animals"\ntype = "term"\nvocabulary = "animals"\nmultiple = true\n'
    )
    described.edit(1, set={"animals": ["HUND"]})
    described.edit(2, set={"animals": ["Bird", "Mammal"]})
    assert described.which("animals", "=", "mammal") == [1, 2]
    assert described.which("animals", "=", "dog") == [1]
    assert described.which("animals", "!=", "dog") == [2, 3, 4, 5]
    assert described.get(1, "animals") == ["dog"]
    with pytest.raises(NotFound):
        described.edit(3, set={"animals": "Fish"})
    with pytest.raises(NotFound):
        described.which("animals", "=", "Fish")


def test_assets_refer_to_assets(described: Described) -> None:
    described.schema('[[field]]\nkey = "sound"\nlabel = "Sound"\ntype = "asset"\n')
    described.edit(1, set={"sound": name_of(2)[:12]})
    assert described.get(1, "sound") == [name_of(2)]
    assert described.which("sound", "=", name_of(2)) == [1]
    with pytest.raises(NotFound):
        described.edit(1, set={"sound": "f" * 40})


def test_filled_and_effective_answer_for_other_features(described: Described) -> None:
    described.edit(1, set={"title": "a", "rating": 0})
    described.edit(2, set={"title": "b"})
    described.says(ValueSource.FILE, 3, "rating", 2)
    described.edit(3, clear=("rating",), set={"title": "c"})
    with described.database.read() as connection:
        found = described.values.filled(connection, [1, 2, 3, 4], ["title", "rating"])
        assert list(found) == [1]
        effective = described.values.effective(connection, [1, 2, 3], ["title", "rating"])
    assert {asset: sorted(fields) for asset, fields in effective.items()} == {
        1: ["rating", "title"],
        2: ["title"],
        3: ["title"],
    }


SAID = st.tuples(
    st.sampled_from("abc"), st.sampled_from([ValueState.ACCEPTED, ValueState.PROPOSED, ValueState.REJECTED])
)
ENTRY = st.one_of(
    st.lists(SAID, max_size=3, unique_by=lambda said: said[0]),
    st.just([(None, ValueState.CLEARED)]),
)
WRITES = st.lists(st.tuples(st.sampled_from(list(ValueSource)), ENTRY), min_size=1, max_size=6)


@pytest.mark.parametrize("union", [False, True])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=WRITES, order=st.permutations(list(ValueSource)[1:]))
def test_the_table_keeps_what_counts(
    described: Described,
    union: bool,
    writes: list[tuple[ValueSource, list[tuple[str | None, ValueState]]]],
    order: list[ValueSource],
) -> None:
    """Whatever sources say, one after the other, `is_effective` marks what the rule says."""
    field = MetadataField("x", "X", multiple=True, union=union, precedence=(ValueSource.PERSON, *order))
    said: dict[str, Entry] = {}
    with described.database.write() as connection:
        connection.execute(VALUE.delete())
        for source, rows in writes:
            entry = tuple(Said(Content(text=text), state, None, "x", 1.0) for text, state in rows)
            operation = described.values.begin(connection, OperationKind.SET, source, "x", "")
            described.values.write(
                connection,
                operation,
                field,
                source,
                described.values.plan(connection, field, source, [1], {1: entry}),
            )
            said[source] = entry
            query = select(VALUE).where(VALUE.c.is_effective)
            found = [content_of(row) for row in connection.execute(query)]
            assert sorted(found) == sorted(counting(field, said))
            assert len(found) == len(set(found))
