"""The tables of imports: sessions, and a row for every input file."""

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from dampipe.features.imports.model import FileState, Phase, SessionState
from dampipe.kernel.db.columns import FsPath, big, fs_path, index_where, long_text, owned, table_of


class ImportSessionRow(SQLModel, table=True):
    """One import: from where, to where, how far it is. Its counts are read from its files."""

    __tablename__ = "import_session"
    id: int | None = Field(default=None, primary_key=True)
    importer: str
    """The entry point of the group `dampipe.importers`."""
    origin: str = Field(sa_column=fs_path())
    """Absolute path, as the machine saw it that was asked."""
    pattern: str = Field(sa_column=long_text())
    include: str = Field(default="[]", sa_column=long_text())
    """JSON list of what is imported that the importer leaves out by default."""
    destinations: str = Field(sa_column=long_text())
    """JSON list of `Destination`s."""
    structures: str = Field(default="{}", sa_column=long_text())
    """JSON: the folder below each destination by folder of the origin that is copied with its structure;
    `surrogateescape`d."""
    mounts: str = Field(default="{}", sa_column=long_text())
    """JSON: by machine, the mount points of the origin and of each destination when the import began there."""
    state: str = Field(default=SessionState.WAITING, index=True)
    phase: str = Field(default=Phase.LIST)
    rounds: int = 0
    """How often the origin was listed again after all was copied, and was found to have changed."""
    problem: str = Field(default="", sa_column=long_text())
    """Why it waits or has failed, for people; empty: no problem."""
    problem_code: str = ""
    """The code of that error."""
    manifests: str = Field(default="[]", sa_column=long_text())
    """JSON list of `Manifest`s, one for each destination that has been dealt with."""
    safe_to_format: bool = False
    adds_up: bool | None = None
    """Whether every file that the origin had has one outcome; None: not over yet."""
    scan: int | None = None
    """The scan of what was copied."""
    actor: str
    """Who asked for it."""
    progress: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """`Progress` in bytes, as JSON."""
    leftovers: bool = False
    """Whether temporary files may be left at the destinations."""
    owner: str | None = None
    lease_until: float = 0.0
    not_before: float = 0.0
    """When it may be claimed."""
    created_at: float
    finished_at: float | None = None


class ImportFileRow(SQLModel, table=True):
    """One file of an origin, and what has become of it."""

    __tablename__ = "import_file"
    __table_args__ = (
        Index("import_file_key", "session_id", "key", unique=True),
        Index("import_file_state", "session_id", "state", "turn", "id"),
        Index("import_file_content", "size", "sha1"),
        Index("import_file_target", "size", "target"),
        Index("import_file_lead", "session_id", "lead"),
        index_where("import_file_set_aside", "state = 'set_aside'", "session_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(sa_column=owned("import_session.id"))
    key: str = Field(sa_column=fs_path())
    """Path below the origin."""
    size: int = Field(sa_column=big())
    """Bytes, when it was listed."""
    mtime_ns: int = Field(sa_column=big())
    lead: str = Field(sa_column=fs_path())
    """Key of the file with which it travels; empty: none."""
    structure: str | None = Field(default=None, sa_column=Column(FsPath, nullable=True))
    """Folder of the origin that is copied with its structure ("": all of the origin); None: named by the pattern."""
    named: str = Field(sa_column=fs_path())
    """The path below the origin that the pattern takes for its own; empty: the key."""
    facts: str = Field(default="", sa_column=long_text())
    """JSON: `Facts` as the origin knows them; empty: the file is probed for them."""
    token: str = ""
    """Of a file in a store: what differs whenever its content does."""
    is_metadata: bool = False
    """Whether it describes others, and is not copied."""
    state: str = Field(default=FileState.PENDING)
    reason: str = ""
    """Code, why it was set aside or is tried again."""
    detail: str = Field(default="", sa_column=long_text())
    """More of the reason, or where the file is already, for people."""
    sha1: str | None = Field(default=None, max_length=40)
    target: str = Field(sa_column=fs_path())
    """Path below each destination; empty: not chosen."""
    placing: bool = False
    """Whether a verified copy may have been given its name by this import, although the outcome was not saved."""
    copies: str = Field(default="[]", sa_column=long_text())
    """JSON list of `Copy`s, one for each destination where it was read back."""
    attempts: int = 0
    turn: int = 0
    """Files of a lower turn are copied first."""
    done_at: float | None = None


class ImportNoteRow(SQLModel, table=True):
    """What the origin says of a file, until and after it was applied to its asset."""

    __tablename__ = "import_note"
    __table_args__ = (index_where("import_note_due", "applied_at IS NULL", "file_id"),)
    file_id: int = Field(sa_column=owned("import_file.id", primary_key=True))
    notes: str = Field(sa_column=long_text())
    """JSON: `FileNotes`."""
    edit_of: str | None = Field(default=None, sa_column=Column(FsPath, nullable=True))
    """The key of the file of the same session of which it is an edited version."""
    applied_at: float | None = None


IMPORT_SESSION = table_of(ImportSessionRow)
IMPORT_FILE = table_of(ImportFileRow)
IMPORT_NOTE = table_of(ImportNoteRow)
