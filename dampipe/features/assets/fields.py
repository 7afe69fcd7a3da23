"""The facts of assets as read-only metadata fields: what was probed, in columns of the current version."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case

from dampipe.features.assets.filters import Orientation
from dampipe.features.assets.tables import VERSION
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.media.info import MediaKind

_WIDTH, _HEIGHT = VERSION.c.width, VERSION.c.height
_FILE, _MEDIA, _RECORDING = "File", "Picture and sound", "Recording"


def _orientation() -> ColumnElement[Any]:
    known = and_(_WIDTH.is_not(None), _HEIGHT.is_not(None))
    return case(
        (and_(known, _WIDTH > _HEIGHT), str(Orientation.LANDSCAPE)),
        (and_(known, _WIDTH < _HEIGHT), str(Orientation.PORTRAIT)),
        (known, str(Orientation.SQUARE)),
    )


def _fact(
    key: str,
    label: str,
    kind: FieldType,
    column: ColumnElement[Any],
    help: str,
    group: str,
    *,
    unit: str = "",
    xmp: str = "",
    facet: bool = False,
    zone: ColumnElement[Any] | None = None,
) -> MetadataField:
    return MetadataField(
        key=key,
        label=label,
        type=kind,
        help=help,
        unit=unit,
        group=group,
        write=None,
        facet=facet,
        sortable=True,
        xmp=xmp,
        column=column,
        zone=zone,
    )


FIELDS = (
    # No names of files: who sees some places of a version must not learn how it is called elsewhere.
    _fact("file_size", "Size", FieldType.NUMBER, VERSION.c.size, "Size of the file.", _FILE, unit="B"),
    _fact(
        "kind",
        "Kind",
        FieldType.TEXT,
        VERSION.c.kind,
        f"Kind of media: {', '.join(map(str, MediaKind))}.",
        _MEDIA,
        facet=True,
    ),
    _fact(
        "duration",
        "Length",
        FieldType.NUMBER,
        VERSION.c.duration,
        "Length of film or sound.",
        _MEDIA,
        unit="s",
    ),
    _fact(
        "codec",
        "Codec",
        FieldType.TEXT,
        VERSION.c.codec,
        "Codec of the picture, else of the sound.",
        _MEDIA,
        facet=True,
    ),
    _fact("width", "Width", FieldType.NUMBER, _WIDTH, "Of the upright picture.", _MEDIA, unit="px"),
    _fact("height", "Height", FieldType.NUMBER, _HEIGHT, "Of the upright picture.", _MEDIA, unit="px"),
    _fact(
        "lines",
        "Lines",
        FieldType.NUMBER,
        case((_WIDTH < _HEIGHT, _WIDTH), else_=_HEIGHT),
        "Shorter side of the picture.",
        _MEDIA,
        unit="px",
        facet=True,
    ),
    _fact(
        "orientation",
        "Orientation",
        FieldType.TEXT,
        _orientation(),
        f"Orientation of the picture as it is shown: {', '.join(map(str, Orientation))}.",
        _MEDIA,
        facet=True,
    ),
    _fact(
        "recorded_on",
        "Recorded",
        FieldType.DATE,
        VERSION.c.recorded_at,
        "When it was recorded, as the clock of the camera showed it.",
        _RECORDING,
        xmp="xmp:CreateDate",
        zone=VERSION.c.recorded_offset,
    ),
    _fact(
        "camera",
        "Camera",
        FieldType.TEXT,
        VERSION.c.camera,
        "Make and model of the camera.",
        _RECORDING,
        xmp="tiff:Model",
        facet=True,
    ),
)
