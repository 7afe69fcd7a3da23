"""Prints a line of JSON for each photo: run by osxphotos in its own environment.

    osxphotos run photos_to_json.py LIBRARY

`osxphotos query --json` takes 18 times as long, since it says more of each photo, and holds all of it in memory: some
gigabytes for a library of 100,000. It also leaves out photos of bursts that were not picked. The names are those of
osxphotos' own JSON.
"""

# mypy: ignore-errors

import json
import sys

PLAIN = (
    *("uuid", "filename", "original_filename", "title", "description", "keywords", "persons", "rating"),
    *(
        "favorite",
        "hidden",
        "intrash",
        "shared",
        "syndicated",
        "saved_to_library",
        "ismissing",
        "iscloudasset",
    ),
    *("isreference", "ismovie", "slow_mo", "hasadjustments", "live_photo", "has_raw", "path", "path_edited"),
    *("path_live_photo", "path_edited_live_photo", "path_raw"),
)
DATES = ("date", "date_original")
OTHERS = ("album_info", "place", "exif_info", "burst_photos")
"""With those above, all attributes of `osxphotos.PhotoInfo` that are read here."""


def photo_as_json(photo):
    """One photo."""
    found = {name: getattr(photo, name) for name in PLAIN}
    for name in ("path", "path_edited", "path_live_photo", "path_edited_live_photo", "path_raw"):
        found[name] = None if found[name] is None else str(found[name])
    for name in DATES:
        date = getattr(photo, name)
        found[name] = None if date is None else date.isoformat()
    found["albums"] = [[*album.folder_names, album.title] for album in photo.album_info]
    exif = photo.exif_info
    found["camera_make"] = exif.camera_make if exif else None
    found["camera_model"] = exif.camera_model if exif else None
    found["place"] = place_as_json(photo.place)
    return found


def place_as_json(place):
    """Where it was taken, as far as Photos has found out; None: it has not."""
    if not place:
        return None
    address = place.address
    return {
        "location": next(iter(place.names.area_of_interest), None),
        "city": address.city or next(iter(place.names.city), None),
        "region": address.state_province or next(iter(place.names.state_province), None),
        "country": address.country or next(iter(place.names.country), None),
    }


def main():
    """Print all photos of a library, those in the trash and those of bursts included, each once."""
    import osxphotos  # only in its own environment

    library = osxphotos.PhotosDB(dbfile=sys.argv[1])
    printed = set()
    for photo in (*library.photos(), *library.photos(intrash=True)):
        for one in (photo, *photo.burst_photos):
            if one.uuid not in printed:
                printed.add(one.uuid)
                sys.stdout.write(json.dumps(photo_as_json(one)) + "\n")
    sys.stdout.write(json.dumps({"photos": len(printed)}) + "\n")


if __name__ == "__main__":
    main()
