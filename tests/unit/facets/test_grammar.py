"""The query language: what it reads, how it writes it, and what it says about mistakes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dampipe.features.facets.grammar import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    All,
    Any,
    Condition,
    Negation,
    Query,
    parse_query,
)
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import Operator

KEYWORDS = {"and", "or", "not", "in", "has"}
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name not in KEYWORDS)
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12
) | st.sampled_from(
    ["2024-06", "10 s", "and", 'a "b"', "\\", "https://a.b/c?d=e", "<", "", "(", "O'Brien", ">=1"]
)
SINGLE = st.builds(
    lambda name, operator, value: Condition(name, operator, (value,)),
    NAMES,
    st.sampled_from([one for one in Operator if one is not Operator.IS_SET]),
    TEXTS,
)
LISTS = st.builds(
    lambda name, operator, values: Condition(name, operator, tuple(values)),
    NAMES,
    st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL]),
    st.lists(TEXTS, min_size=1, max_size=3),
)
PRESENCE = st.builds(lambda name: Condition(name, Operator.IS_SET), NAMES)
TREES: st.SearchStrategy[Query] = st.recursive(
    SINGLE | LISTS | PRESENCE,
    lambda parts: (
        st.builds(Negation, parts)
        | st.lists(parts, min_size=2, max_size=3).map(lambda some: All(tuple(some)))
        | st.lists(parts, min_size=2, max_size=3).map(lambda some: Any(tuple(some)))
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_what_is_written_is_read_as_the_same(tree: Query) -> None:
    assert parse_query(str(tree)) == tree


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text("abhsinotrd():=<>!,\"' \\10", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        tree = parse_query(text)
    except InvalidInput as error:
        assert error.code == "where.invalid"
        assert 1 <= error.parameters["position"] <= len(text) + 1
        assert "⟨here⟩" in error.parameters["shown"]
        str(error).encode("utf-8")
    else:
        assert parse_query(str(tree)) == tree


def one(key: str, operator: Operator, *values: str) -> Condition:
    return Condition(key, operator, values)


A, B, C = (one(name, Operator.EQUAL, "1") for name in "abc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a=1 or b=1 and c=1", Any((A, All((B, C))))),
        ("(a=1 or b=1) and c=1", All((Any((A, B)), C))),
        ("not a=1 and b=1", All((Negation(A), B))),
        ("not (a=1 and b=1)", Negation(All((A, B)))),
        ("NOT a = 1 AND b=1", All((Negation(A), B))),
        ("iso<=800", one("iso", Operator.AT_MOST, "800")),
        ("shot_on>=2024-06", one("shot_on", Operator.AT_LEAST, "2024-06")),
        ("shot_on=2024-06-01T10:30+02:00", one("shot_on", Operator.EQUAL, "2024-06-01T10:30+02:00")),
        ("keywords:beach", one("keywords", Operator.CONTAINS, "beach")),
        ("keywords : 'a beach'", one("keywords", Operator.CONTAINS, "a beach")),
        ('title="say \\"no\\""', one("title", Operator.EQUAL, 'say "no"')),
        ("has:title", one("title", Operator.IS_SET)),
        ("Has : title", one("title", Operator.IS_SET)),
        ("city in (Rome, 'New York')", one("city", Operator.EQUAL, "Rome", "New York")),
        ("city not in (Rome,Paris)", one("city", Operator.NOT_EQUAL, "Rome", "Paris")),
        ("city!=Rome", one("city", Operator.NOT_EQUAL, "Rome")),
        ("duration>=10 s and a=1", All((one("duration", Operator.AT_LEAST, "10 s"), A))),
        ("duration>=1:30", one("duration", Operator.AT_LEAST, "1:30")),
        ("(duration<2 min)", one("duration", Operator.LESS, "2 min")),
        ("duration in (10 s, 20 s)", one("duration", Operator.EQUAL, "10 s", "20 s")),
        ("rate=1 or a=1", Any((one("rate", Operator.EQUAL, "1"), A))),
        ("url=https://a.b/c?x=1&y", one("url", Operator.EQUAL, "https://a.b/c?x=1&y")),
        (" \n a=1\t", A),
        ("inner=1", one("inner", Operator.EQUAL, "1")),
        ("order=1", one("order", Operator.EQUAL, "1")),
    ],
)
def test_queries_are_read(text: str, tree: Query) -> None:
    assert parse_query(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 1, "empty"),
        ("   ", 4, "empty"),
        ("rating>=", 9, "a value is missing"),
        ("rating>= and city=Rome", 14, "“and” or “or” is missing"),
        ("rating", 7, "a comparison"),
        ("rating 3", 8, "a comparison"),
        ("a=1 b=1", 5, "“and” or “or” is missing"),
        ("a=1 and", 8, "a field is missing"),
        ("and a=1", 1, "a field is missing before “and”"),
        ("(a=1", 5, "“)” is missing for the “(” at character 1"),
        ("a=1)", 4, "there is no “(” for this “)”"),
        ("a in Rome", 6, "“(” is missing after “in”"),
        ("a in (Rome", 11, "“,” or “)” is missing"),
        ("a in ()", 7, "a value is missing"),
        ("a not b", 7, "“in” is missing after “not”"),
        ("title='x", 7, "the quote is not closed"),
        ('title="x\\', 7, "the quote is not closed"),
        ('title=x"y', 8, "has to stand in quotes"),
        ("a==1", 3, "a value is missing"),
        ("has:", 5, "a field is missing after “has:”"),
        ("a=1\0", 4, "cannot be stored"),
        ("a=\ud800", 3, "cannot be stored"),
        ("=1", 1, "a field is missing"),
    ],
)
def test_mistakes_are_pointed_at(text: str, position: int, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_query(text)
    assert problem in str(caught.value)
    assert caught.value.parameters["position"] == position


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "not " * 1_900 + "a=1",
        "(" * (MAX_DEPTH + 2) + "a=1" + ")" * (MAX_DEPTH + 2),
        "a=1 or " * MAX_CONDITIONS + "a=1",
        f"a in ({', '.join(['1'] * (MAX_CONDITIONS + 1))})",
        "a=" + "x" * MAX_LENGTH,
        "\\" * 5_000,
        "'" * 5_001,
    ],
)
def test_hostile_queries_are_refused_at_once(text: str) -> None:
    began = time.thread_time()  # of this thread: other processes do not count
    with pytest.raises(InvalidInput):
        parse_query(text)
    assert time.thread_time() - began < 1


def test_as_much_as_is_allowed_is_read() -> None:
    assert parse_query("(" * MAX_DEPTH + "a=1" + ")" * MAX_DEPTH) == A
    assert parse_query(f"a in ({', '.join(['1'] * MAX_CONDITIONS)})")
