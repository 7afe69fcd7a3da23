"""Tags become values of the field `tags`, whose terms are those of the open vocabulary `tags`.

Each tag is a term whose label is the tag as it was written: tags that differ in case stay apart. A vocabulary `tags`
that people have made is used as it is. A downgrade keeps the vocabulary, so that a later upgrade finds its terms.
"""

import time
import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_IGNORED = {0xAD: None, 0x61C: None, 0x2060: None, 0xFEFF: None} | dict.fromkeys(range(0x200B, 0x2010))
_LAYOUT = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_ROWS = 5_000

_vocabulary = sa.table(
    "vocabulary", *map(sa.column, ("id", "key", "label", "is_open", "languages", "created_at"))
)
_term = sa.table(
    "term",
    *map(
        sa.column,
        (
            "id",
            "vocabulary_id",
            "key",
            "position",
            "sort_label",
            "state",
            "is_placed",
            "is_missing",
            "came_with_value",
            "merged_into_id",
            "actor",
            "created_at",
        ),
    ),
)
_label = sa.table(
    "term_label", *map(sa.column, ("id", "term_id", "language", "kind", "text", "folded", "is_imported"))
)
_tag = sa.table("tag", *map(sa.column, ("id", "asset_id", "name")))
_of_name = sa.table("tag_term", *map(sa.column, ("name", "term_id")))


def _fold(text: str) -> str:
    """What labels are looked up by; as of this migration (`features/vocabularies/model.py`)."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    return " ".join(plain.translate(_LAYOUT).translate(_IGNORED).split())[:600]


def _key(label: str) -> str:
    def is_word(one: str) -> bool:
        return one.isalnum() or unicodedata.category(one).startswith("M")

    words = "".join(one if is_word(one) else " " for one in _fold(label)).split()
    return "-".join(words)[:180].strip("-") or "term"


def _chunks(rows: list[dict[str, object]]) -> Iterable[list[dict[str, object]]]:
    return (rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS))


def _terms(connection: sa.Connection, now: float) -> dict[str, int]:
    """The terms of all tags, by the tag; those that are missing are added."""
    mine = sa.select(_vocabulary.c.id).where(_vocabulary.c.key == "tags")
    number = connection.execute(mine).scalar()
    if number is None:
        made = {"key": "tags", "label": "Tags", "is_open": True, "languages": "[]", "created_at": now}
        connection.execute(_vocabulary.insert(), made)
        number = connection.execute(mine).scalar_one()
    names = list(connection.execute(sa.select(_tag.c.name).distinct()).scalars())
    rows = connection.execute(
        sa.select(_term.c.id, _term.c.key, _term.c.merged_into_id).where(_term.c.vocabulary_id == number)
    ).all()
    merged = {row.id: row.merged_into_id for row in rows if row.merged_into_id is not None}
    labels = (
        sa.select(_label.c.text, _label.c.term_id)
        .join(_term, _term.c.id == _label.c.term_id)
        .where(_term.c.vocabulary_id == number, _label.c.kind == "preferred")
        .order_by(_label.c.term_id.desc())
    )
    found: dict[str, int] = {row.text: row.term_id for row in connection.execute(labels)}
    for name, term in found.items():
        while term in merged:
            term = merged[term]
        found[name] = term
    used, counts, keys = {row.key for row in rows}, dict[str, int](), dict[str, str]()
    for name in sorted(set(names) - found.keys()):
        key = free = _key(name)
        count = counts.get(key, 1)
        while free in used:
            count += 1
            free = f"{key[:188]}-{count}"
        counts[key] = count
        used.add(free)
        keys[name] = free
    new: list[dict[str, object]] = [
        {
            "vocabulary_id": number,
            "key": key,
            "position": 0,
            "sort_label": _fold(name)[:200],
            "state": "active",
            "is_placed": True,
            "is_missing": False,
            "came_with_value": True,
            "actor": "local",
            "created_at": now,
        }
        for name, key in keys.items()
    ]
    for some in _chunks(new):
        connection.execute(_term.insert(), some)
    of_key = {
        row.key: row.id
        for row in connection.execute(
            sa.select(_term.c.id, _term.c.key).where(_term.c.vocabulary_id == number)
        )
    }
    added = {name: of_key[key] for name, key in keys.items()}
    texts: list[dict[str, object]] = [
        {
            "term_id": term,
            "language": "",
            "kind": "preferred",
            "text": name,
            "folded": _fold(name),
            "is_imported": False,
        }
        for name, term in added.items()
    ]
    for some in _chunks(texts):
        connection.execute(_label.insert(), some)
    found |= added
    return {name: found[name] for name in names}


def upgrade() -> None:
    connection, now = op.get_bind(), time.time()
    op.add_column(
        "term", sa.Column("came_with_value", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    terms = _terms(connection, now)
    connection.execute(
        sa.text("CREATE TEMPORARY TABLE tag_term (name TEXT PRIMARY KEY, term_id INTEGER NOT NULL)")
    )
    for some in _chunks([{"name": name, "term_id": term} for name, term in terms.items()]):
        connection.execute(_of_name.insert(), some)
    # After a downgrade there may be values that were no tags: what people have rejected, and what models say.
    connection.execute(
        sa.text(
            "INSERT INTO value (asset_id, field, source, position, state, is_effective, term_id, actor, at) "
            "SELECT tagged.asset_id, 'tags', 'person', "
            "row_number() OVER (PARTITION BY tagged.asset_id ORDER BY tagged.name) - 1 + coalesce((SELECT "
            "max(kept.position) + 1 FROM value kept WHERE kept.asset_id = tagged.asset_id AND kept.field = 'tags' "
            "AND kept.source = 'person'), 0), 'accepted', :true, tagged.term_id, 'local', :now "
            "FROM (SELECT tag.asset_id, tag_term.term_id, min(tag.name) AS name FROM tag JOIN tag_term "
            "ON tag_term.name = tag.name GROUP BY tag.asset_id, tag_term.term_id) tagged"
        ),
        {"true": True, "now": now},
    )
    connection.execute(
        sa.text(
            "UPDATE value SET is_effective = :false WHERE field = 'tags' AND source <> 'person' AND is_effective "
            "AND EXISTS (SELECT 1 FROM value own WHERE own.asset_id = value.asset_id AND own.field = 'tags' "
            "AND own.source = 'person' AND own.state = 'accepted' AND own.term_id = value.term_id)"
        ),
        {"false": False},
    )
    # Who sees a part of the library saw the tags of that part. Of a vocabulary that was there before, nobody knows which
    # terms came with tags.
    connection.execute(
        sa.text(
            "UPDATE term SET came_with_value = :true "
            "WHERE vocabulary_id = (SELECT id FROM vocabulary WHERE key = 'tags')"
        ),
        {"true": True},
    )
    connection.execute(sa.text("DROP TABLE tag_term"))
    op.drop_table("tag")


def downgrade() -> None:
    stripped = sa.text(
        "UPDATE vocabulary_operation SET state = replace(state, :word, '') WHERE state LIKE '%came_with_value%'"
    )
    for word in ("true", "false"):
        op.get_bind().execute(stripped, {"word": f',"came_with_value":{word}'})
    op.drop_column("term", "came_with_value")
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.UniqueConstraint("asset_id", "name"),
    )
    op.create_index("tag_name", "tag", ["name", "asset_id"])
    op.execute(
        "INSERT INTO tag (asset_id, name) SELECT DISTINCT value.asset_id, term_label.text FROM value "
        "JOIN term_label ON term_label.id = (SELECT min(named.id) FROM term_label named "
        "WHERE named.term_id = value.term_id AND named.kind = 'preferred') "
        "WHERE value.field = 'tags' AND value.is_effective "
        "AND (value.source <> 'model' OR value.actor NOT LIKE 'model:%')"
    )
    op.execute(
        "DELETE FROM value WHERE field = 'tags' AND source = 'person' AND state IN ('accepted', 'cleared')"
    )
