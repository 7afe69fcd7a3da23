"""Properties of XMP: their namespaces, and the forms in which they are written. No I/O."""

from enum import StrEnum
from typing import Final, NamedTuple

from dampipe.kernel.field import FieldType, MetadataField

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML: Final = "http://www.w3.org/XML/1998/namespace"

NAMESPACES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "darktable": "http://darktable.sf.net/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "cc": "http://creativecommons.org/ns#",
}
"""By the prefix by which fields name them; a sidecar may use another prefix for the same namespace."""


class Name(NamedTuple):
    """The name of an element or attribute."""

    space: str
    """URI of its namespace; "" for none."""
    local: str


class Form(StrEnum):
    """How a property holds its values."""

    SIMPLE = "simple"
    ALT = "Alt"
    """One text in several languages."""
    BAG = "Bag"
    SEQ = "Seq"


_FORMS = {
    Form.ALT: (
        *("dc:title", "dc:description", "dc:rights"),
        *("xmpRights:UsageTerms", "exif:UserComment", "tiff:ImageDescription", "tiff:Copyright"),
    ),
    Form.SEQ: ("dc:creator", "dc:date", "digiKam:TagsList"),
    Form.BAG: (
        *("dc:subject", "dc:contributor", "dc:publisher", "dc:relation", "dc:language", "dc:type"),
        *("lr:hierarchicalSubject", "xmpRights:Owner", "photoshop:SupplementalCategories"),
        *("Iptc4xmpExt:PersonInImage", "Iptc4xmpExt:OrganisationInImageName"),
        *("Iptc4xmpCore:SubjectCode", "Iptc4xmpCore:Scene"),
    ),
}
_FORM_OF = {name: form for form, names in _FORMS.items() for name in names}


def name_of(xmp: str) -> Name | None:
    """The property that a field names, `dc:title`; None if its prefix is not among NAMESPACES."""
    prefix, _, local = xmp.partition(":")
    space = NAMESPACES.get(prefix)
    return None if space is None or not local else Name(space, local)


def prefix_of(space: str) -> str:
    """The usual prefix of a namespace."""
    return next(prefix for prefix, known in NAMESPACES.items() if known == space)


def form_of(given: MetadataField) -> Form:
    """How the property of a field is written where a sidecar does not have it yet."""
    if given.xmp in _FORM_OF:
        return _FORM_OF[given.xmp]
    return Form.BAG if given.multiple else Form.SIMPLE


def is_mapped(given: MetadataField) -> bool:
    """Whether sidecars hold values of a field: it has a property of a known namespace, and is not a fact."""
    return bool(given.xmp) and not given.is_fact and name_of(given.xmp) is not None


def text_of(given: MetadataField, value: object) -> str:
    """A value as XMP has it."""
    if given.type is FieldType.BOOLEAN:
        return "True" if value else "False"
    return str(value)


SUBJECT: Final = Name(NAMESPACES["dc"], "subject")
HIERARCHIES: Final = {
    Name(NAMESPACES["lr"], "hierarchicalSubject"): "|",
    Name(NAMESPACES["digiKam"], "TagsList"): "/",
}
"""Keywords as paths, each with what separates its parts."""
PEOPLE: Final = Name(NAMESPACES["Iptc4xmpExt"], "PersonInImage")
REGIONS: Final = Name(NAMESPACES["mwg-rs"], "Regions")
REGION_NAME: Final = Name(NAMESPACES["mwg-rs"], "Name")
REGION_TYPE: Final = Name(NAMESPACES["mwg-rs"], "Type")
LABEL: Final = Name(NAMESPACES["xmp"], "Label")
COLOURS: Final = Name(NAMESPACES["darktable"], "colorlabels")
COLOUR_NAMES: Final = ("Red", "Yellow", "Green", "Blue", "Purple")
"""By the number that darktable writes."""
PICK: Final = Name(NAMESPACES["digiKam"], "PickLabel")
PICK_NAMES: Final = {"1": "Rejected", "3": "Picked"}
"""By the number that digiKam writes; 0 and 2 are undecided."""
RATING: Final = Name(NAMESPACES["xmp"], "Rating")
REJECTED: Final = "-1"
"""What Adobe's programs, darktable and others write as the rating of what is rejected."""
DATE: Final = Name(NAMESPACES["photoshop"], "DateCreated")
DATES: Final = (Name(NAMESPACES["exif"], "DateTimeOriginal"), Name(NAMESPACES["xmpDM"], "shotDate"))
"""What is read where a sidecar lacks DATE."""
