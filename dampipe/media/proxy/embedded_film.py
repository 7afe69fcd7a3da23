"""The film inside a motion photo, as a file of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.media.info import EmbeddedFilm

NAME = "film.mp4"
_CHUNK = 1 << 20


@contextmanager
def extracted_film(source: str, film: EmbeddedFilm, folder: Path) -> Iterator[str]:
    """The path of a copy of the film in `folder`, deleted at the end."""
    path = folder / NAME
    try:
        with Path(source).open("rb") as stream, path.open("wb") as out:
            stream.seek(film.offset)
            left = film.length
            while left and (data := stream.read(min(left, _CHUNK))):
                out.write(data)
                left -= len(data)
        yield str(path)
    finally:
        path.unlink(missing_ok=True)
