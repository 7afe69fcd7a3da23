"""`dampipe show ASSET`"""

from datetime import datetime

import click

from dampipe.features.assets.model import Details
from dampipe.features.assets.service import AssetService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.kernel.faces.remedies import CLI, Remedies, sentences
from dampipe.kernel.timecode import clock
from dampipe.media.info import MediaInfo, VideoStream


@click.command(name="show")
@click.argument("asset")
@click.option("--exact", is_flag=True, help="Show the version that ASSET means, also if another is current.")
@json_option
def command(asset: str, exact: bool, as_json: bool) -> None:
    """Show all that is known of one asset: SHA-1, its first digits, a path or a unique file name."""
    assets = service(AssetService)
    details = assets.show(LOCAL, asset, exact=exact)
    remedies = service(Remedies)
    runs = tuple(run.model_copy(update={"hint": remedies.word(run, CLI)}) for run in details.runs)
    details = details.model_copy(update={"runs": runs})
    if as_json:
        print_json(details)
    else:
        _print(details, assets.shown_fields(details))


def _print(details: Details, added: list[tuple[str, str]]) -> None:
    """added: label and text of the fields of features."""
    video = details.video
    facts = [("asset", video.sha1), ("name", video.name), ("size", f"{video.size:,} bytes")]
    facts += [("at", path) for path in video.paths]
    facts += [("with", path) for path in details.sidecars]
    facts += [("card", f"{details.card.kind} in {details.card.root}")] if details.card else []
    for version in details.versions if len(details.versions) > 1 else ():
        mark = "current" if version.superseded_at is None else version.name
        facts.append(("version", f"{version.sha1} {mark}"))
    if details.replaces is not None:
        facts.append(("perhaps", f"a version of {details.replaces}: its preview will show it"))
    facts += [("since", f"{video.added_at.astimezone():%Y-%m-%d %H:%M:%S}")]
    facts += added
    facts += _media(video.media) if video.media else []
    say(table(["", ""], facts))
    click.echo()
    rows = [(d.kind, d.media_type, f"{d.size:,}", d.key) for d in video.derivatives]
    if rows:
        say(table(["derivative", "type", "bytes", "key"], rows, right=["bytes"]))
        click.echo()
    is_remote = any(run.fetched for run in details.runs)
    runs = [
        (
            run.stage,
            run.state,
            "" if run.seconds is None else f"{run.seconds:.2f} s",
            str(run.attempts),
            run.plan or "",
            "" if run.speed is None else f"{run.speed:.1f}×",
            "" if run.size is None else f"{run.size:,}",
            *([f"{run.fetched:,}" if run.fetched else ""] if is_remote else []),
            "; ".join([*([sentences(run.reason, run.hint)] if run.reason else []), *run.warnings]),
        )
        for run in details.runs
    ]
    fetched = ["fetched"] if is_remote else []
    columns = ["stage", "state", "took", "attempts", "plan", "speed", "bytes", *fetched, "remarks"]
    say(table(columns, runs, right=["took", "attempts", "speed", "bytes", "fetched"]))


def _rate(video: VideoStream) -> str:
    """The nominal rate; the average one, too, where it differs or the rate varies."""
    assert video.rate is not None
    text = f"{float(video.rate):.3f} frames/s ({video.rate})"
    average = f"{float(video.average_rate):.3f} on average" if video.average_rate else ""
    if video.variable_rate:
        return f"{text}, variable{f' ({average})' if average else ''}"
    differs = video.average_rate is not None and abs(video.average_rate / video.rate - 1) > 0.0001
    return f"{text}, {average}" if differs else text


def _shooting(media: MediaInfo) -> list[tuple[str, str | None]]:
    """The facts of the camera in groups: camera, exposure, colours, place."""
    facts = media.shooting
    exposure = [
        f"ISO {facts.iso:g}" if facts.iso else "",
        exposure_time(facts.exposure_time) if facts.exposure_time else "",
        f"f/{facts.aperture:g}" if facts.aperture else "",
        f"{facts.focal_length:g} mm" if facts.focal_length else "",
    ]
    place = None
    if facts.latitude is not None and facts.longitude is not None:
        height = "" if facts.altitude is None else f", {facts.altitude:g} m"
        place = f"{facts.latitude:g}, {facts.longitude:g}{height}"
    serial = f"serial {facts.serial}" if facts.serial else None
    return [
        ("camera", ", ".join(filter(None, [media.camera, serial]))),
        ("lens", facts.lens),
        ("exposure", ", ".join(filter(None, exposure))),
        ("colours", ", ".join(filter(None, [facts.log_profile, facts.gamut]))),
        ("place", place),
    ]


def exposure_time(seconds: float) -> str:
    """As photographers write it.

    >>> exposure_time(0.02), exposure_time(0.5), exposure_time(2.5)
    ('1/50 s', '1/2 s', '2.5 s')
    """
    return f"1/{round(1 / seconds)} s" if seconds < 0.6 else f"{seconds:g} s"


def _media(media: MediaInfo) -> list[tuple[str, str]]:
    facts = [("kind", f"{media.kind}, {media.container}")]
    if media.duration is not None:
        facts.append(("duration", clock(media.duration)))
    if media.video is not None:
        video = media.video
        rate = f", {_rate(video)}" if video.rate else ""
        facts.append(
            (
                "video",
                f"{video.codec} {video.width}×{video.height}, {video.pixel_format} {video.bit_depth} bit{rate}"
                + (f", turned {video.rotation}°" if video.rotation else "")
                + (", HDR" if video.hdr else ""),
            )
        )
    facts += [
        (
            "audio",
            f"{a.codec}, {a.sample_rate} Hz, {a.layout or f'{a.channels} channels'}"
            + (f": {', '.join(name or '-' for name in a.channel_names)}" if a.channel_names else ""),
        )
        for a in media.audio
    ]
    since_midnight = None if media.start_of_day is None else f"{clock(media.start_of_day)} after midnight"
    if media.embedded_film is not None:
        film = media.embedded_film
        facts.append(("film", f"inside the file: {film.length:,} bytes at {film.offset:,}"))
    optional: list[tuple[str, str | datetime | None]] = [
        ("timecode", media.timecode or since_midnight),
        ("made", media.created_at),
        ("made, from", media.created_from),
        *_shooting(media),
        ("scene", media.scene),
        ("take", media.take),
        ("reel", media.reel),
    ]
    return facts + [(name, str(value)) for name, value in optional if value]
