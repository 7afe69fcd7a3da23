"""A photo of a library, as `photos_to_json.py` says it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

UNKNOWN_PERSON = "_UNKNOWN_"
"""What osxphotos calls a face without a name."""


class PhotoPlace(BaseModel):
    """Where a photo was taken, as Photos has looked it up."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    location: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None


class Photo(BaseModel):
    """One photo or film of a library. Paths are absolute, and None for a file that is not there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    uuid: str
    filename: str
    """Of the original in the package: `UUID.heic`; of a referenced one, its own."""
    original_filename: str | None = None
    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    persons: tuple[str | None, ...] = ()
    rating: int | None = None
    favorite: bool | None = False
    hidden: bool | None = False
    intrash: bool | None = False
    shared: bool | None = False
    """In an album that others share, or share in: there are reduced copies only."""
    syndicated: bool | None = False
    """Sent by others in a message."""
    saved_to_library: bool | None = False
    ismissing: bool | None = False
    iscloudasset: bool | None = False
    isreference: bool | None = False
    """Its files are outside of the package."""
    ismovie: bool | None = False
    slow_mo: bool | None = False
    hasadjustments: bool | None = False
    live_photo: bool | None = False
    has_raw: bool | None = False
    path: str | None = None
    path_edited: str | None = None
    path_live_photo: str | None = None
    path_edited_live_photo: str | None = None
    path_raw: str | None = None
    date: datetime | None = None
    """With the offset that its clock had; as a person has corrected it."""
    date_original: datetime | None = None
    albums: tuple[tuple[str | None, ...], ...] = ()
    """The folders in which an album is, and its title."""
    camera_make: str | None = None
    camera_model: str | None = None
    place: PhotoPlace | None = None

    @property
    def is_shared(self) -> bool:
        """Whether it is another person's, of which there is no original here."""
        return bool(self.shared or (self.syndicated and not self.saved_to_library))

    @property
    def name(self) -> str:
        """The name that it had before it came into the library, without folders."""
        return (self.original_filename or self.filename).replace("/", "_")
