"""The facts of assets as read-only metadata fields: what was probed, in columns of the current version."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case

from dampipe.features.assets.filters import Orientation
from dampipe.features.assets.tables import VERSION
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.media.info import MediaKind
from dampipe.media.probe.recording_time import DateSource

_WIDTH, _HEIGHT = VERSION.c.width, VERSION.c.height
_FILE, _MEDIA, _RECORDING, _CAMERA = "File", "Picture and sound", "Recording", "Camera"
_EXIF_TIME, _EXIF_ISO = "exif:ExposureTime", "exifEX:PhotographicSensitivity"
LOCATION = "Location"
"""The group of facts that say where people were: shares and exports leave them out unless they are asked for."""


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
    replaceable: bool = False,
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
        replaceable=replaceable,
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
    _fact(
        "recorded_from",
        "Recorded: source",
        FieldType.TEXT,
        VERSION.c.recorded_from,
        f"What the time of recording was read from: {', '.join(DateSource)}.",
        _RECORDING,
        facet=True,
        replaceable=True,
    ),
    *(
        _fact(
            key,
            label,
            FieldType.TEXT,
            VERSION.c[key],
            help,
            group,
            xmp=xmp,
            facet=True,
            replaceable=True,
        )
        for key, label, help, group, xmp in (
            ("camera_make", "Camera make", "Maker of the camera.", _CAMERA, "tiff:Make"),
            ("camera_model", "Camera model", "Model of the camera.", _CAMERA, ""),
            (
                "camera_serial",
                "Camera serial",
                "Serial number of the camera.",
                _CAMERA,
                "exifEX:BodySerialNumber",
            ),
            ("lens", "Lens", "Name of the lens.", _CAMERA, "exifEX:LensModel"),
            ("log_profile", "Log profile", "Log curve, such as S-Log3, V-Log or LogC.", _MEDIA, ""),
            (
                "color_space",
                "Colour space",
                "The camera's own, such as S-Gamut3.Cine, else the primaries, such as bt709.",
                _MEDIA,
                "",
            ),
            (
                "audio_layout",
                "Sound layout",
                "Layouts of the sound tracks, such as stereo or 4 × mono.",
                _MEDIA,
                "",
            ),
        )
    ),
    *(
        _fact(
            key,
            label,
            FieldType.NUMBER,
            VERSION.c[key],
            help,
            group,
            unit=unit,
            xmp=xmp,
            facet=facet,
            replaceable=True,
        )
        for key, label, help, group, unit, xmp, facet in (
            (
                "iso",
                "ISO",
                "Sensitivity or exposure index.",
                _CAMERA,
                "",
                _EXIF_ISO,
                True,
            ),
            (
                "exposure_time",
                "Exposure time",
                "How long a frame was exposed.",
                _CAMERA,
                "s",
                _EXIF_TIME,
                False,
            ),
            ("aperture", "Aperture", "The f-number: 2.8 for f/2.8.", _CAMERA, "", "exif:FNumber", True),
            ("focal_length", "Focal length", "Of the lens itself.", _CAMERA, "mm", "exif:FocalLength", True),
            ("frame_rate", "Frame rate", "Nominal frames per second.", _MEDIA, "fps", "", True),
            ("audio_channels", "Sound channels", "Channels of all sound tracks.", _MEDIA, "", "", True),
            ("latitude", "Latitude", "Degrees north.", LOCATION, "°", "exif:GPSLatitude", False),
            ("longitude", "Longitude", "Degrees east.", LOCATION, "°", "exif:GPSLongitude", False),
            ("altitude", "Altitude", "Above sea level.", LOCATION, "m", "exif:GPSAltitude", False),
        )
    ),
)
