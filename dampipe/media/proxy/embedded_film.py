"""The proxy of a motion photo: the film inside the photograph's file, transcoded like any other film."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.info import EmbeddedFilm
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker

NAME = "film.mp4"
_CHUNK = 1 << 20


def make_film_proxy(
    maker: ProxyMaker,
    prober: Prober,
    source: str,
    film: EmbeddedFilm,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> MadeProxy:
    """Copy the film to `folder` and make a proxy of it there.

    It has no shots, since the frames of the asset are those of the photograph. A film that cannot be decoded causes
    a warning: the photograph is complete without it.
    """
    path = folder / NAME
    try:
        _copy(source, film, path)
        return replace(maker.make(str(path), prober.probe(str(path)), folder, on_progress), shots=())
    except BadMedia as error:
        return MadeProxy(warnings=(f"the film inside it cannot be played: {error}",))
    finally:
        path.unlink(missing_ok=True)


def _copy(source: str, film: EmbeddedFilm, path: Path) -> None:
    with Path(source).open("rb") as stream, path.open("wb") as out:
        stream.seek(film.offset)
        left = film.length
        while left and (data := stream.read(min(left, _CHUNK))):
            out.write(data)
            left -= len(data)
