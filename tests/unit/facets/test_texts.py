"""Blocks of texts: what a search through one finds is what a look at each text finds."""

from hypothesis import example, given
from hypothesis import strategies as st

from dampipe.features.facets.texts import (
    BLOCK_BITS,
    LONGEST,
    Search,
    block_of,
    encoded,
    pack,
    texts_of,
    unpack,
)

BLOCK = 3
VERSIONS = st.integers(BLOCK << BLOCK_BITS, ((BLOCK + 1) << BLOCK_BITS) - 1)
LETTERS = st.text(st.sampled_from("abé文.*%_\\ \n😀"), min_size=1, max_size=8)
TEXTS = st.one_of(
    LETTERS, st.text(min_size=1, max_size=20), st.just("a" * (LONGEST + 1)), st.just("é" * LONGEST)
)
HELD = st.lists(st.tuples(VERSIONS, TEXTS), max_size=30)


@given(HELD)
def test_a_block_gives_back_what_it_holds(held: list[tuple[int, str]]) -> None:
    packed = pack((version, encoded(text)) for version, text in held)
    found = texts_of(unpack(BLOCK, packed))
    short = sorted((version, encoded(text)) for version, text in held if len(encoded(text)) <= LONGEST)
    assert [one for one in found if one[1] != b"\xfe"] == short
    assert sorted(version for version, _ in found) == sorted(version for version, _ in held)
    assert pack(found) == packed, "too long ones stay such"
    assert all(block_of(version) == BLOCK for version, _ in found)


@given(HELD, st.one_of(LETTERS, st.text(min_size=1, max_size=3), st.just("a" * (LONGEST + 1))))
@example([(BLOCK << BLOCK_BITS, "ab"), (BLOCK << BLOCK_BITS, "ba")], "bb")
@example([(BLOCK << BLOCK_BITS, "aaaa")], "aa")
@example([(BLOCK << BLOCK_BITS, "a.c")], "abc")
def test_a_search_finds_what_a_look_at_each_text_finds(held: list[tuple[int, str]], sought: str) -> None:
    block = unpack(BLOCK, pack((version, encoded(text)) for version, text in held))
    for whole in (False, True):
        found = Search(sought, whole=whole).within(block)
        right = {version for version, text in held if (text == sought if whole else sought in text)}
        sure, unsure = set(found.sure.tolist()), set(found.unsure.tolist())
        assert sure <= right <= sure | unsure
        too_long = {version for version, text in held if len(encoded(text)) > LONGEST}
        assert unsure <= too_long and right - sure <= too_long


def test_what_is_equal_to_a_short_text_is_sought_in_no_long_one() -> None:
    block = unpack(BLOCK, pack([(BLOCK << BLOCK_BITS, b"a" * (LONGEST + 1))]))
    assert not Search("a", whole=True).within(block).unsure.size
    assert Search("a", whole=False).within(block).unsure.size
