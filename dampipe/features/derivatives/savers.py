"""Writes which derivatives an asset has.

A run that is made again since its files were lost (`state.remake`) leaves alone what depends on it: the vectors stay
as long as the frames have the bytes that were embedded, and frames that the stage refine has added are kept.
"""

import json

from sqlalchemy import Connection, select

from dampipe.features.derivatives.queries import is_lost, save_derivatives
from dampipe.jobs import state
from dampipe.jobs.model import RunState
from dampipe.jobs.savers import OutputBatch, PreviousOutput
from dampipe.jobs.tables import RUN
from dampipe.kernel.ids import VersionId
from dampipe.media.outputs import DerivativeKind, Preview, Proxy, Refined


def save_preview(batch: OutputBatch[Preview]) -> None:
    """Replace the derivatives that a preview pass makes."""
    for version, preview in batch.outputs:
        made = preview
        if version in batch.previous:
            made = _made_again(batch.connection, version, preview, batch.previous[version])
        save_derivatives(batch.connection, version, made.derivatives, batch.now)


def save_proxy(batch: OutputBatch[Proxy]) -> None:
    """Replace the derivatives that a proxy pass makes."""
    for version, proxy in batch.outputs:
        made = (proxy.derivative, proxy.waveform, proxy.signatures, proxy.still)
        save_derivatives(batch.connection, version, [one for one in made if one is not None], batch.now)


def save_refined(batch: OutputBatch[Refined]) -> None:
    """Replace the preview by the better one, and let the stages that took the old one run again."""
    for version, refined in batch.outputs:
        if refined.preview is None:
            continue
        mine = RUN.c.version_id == version
        output = refined.preview.model_dump_json()
        state.replace_output(batch.connection, output, mine, RUN.c.stage == refined.of)
        save_derivatives(batch.connection, version, refined.preview.derivatives, batch.now)
        frames = refined.preview.derivative(DerivativeKind.FRAMES)
        _embed_again(batch.connection, version, refined.again, frames.checksum if frames else None)


def _made_again(
    connection: Connection, version: VersionId, new: Preview, previous: PreviousOutput
) -> Preview:
    """The preview to keep: the new one, with the old frames where they are better and intact."""
    old = Preview.model_validate_json(previous.output)
    before, now = old.derivative(DerivativeKind.FRAMES), new.derivative(DerivativeKind.FRAMES)
    if before is None or now is None or before.recipe != now.recipe:
        return new
    if before.key == now.key:
        _embed_again(connection, version, new.again, now.checksum)
        return new
    if is_lost(connection, version, DerivativeKind.FRAMES):
        return new  # refine adds its frames again, and compares what was embedded with the result
    others = tuple(one for one in new.derivatives if one.kind != DerivativeKind.FRAMES)
    kept = new.model_copy(update={"derivatives": (*others, before), "frames": old.frames})
    state.replace_output(connection, kept.model_dump_json(), RUN.c.id == previous.run)
    return kept


def _embed_again(
    connection: Connection, version: VersionId, stages: tuple[str, ...], checksum: str | None
) -> None:
    """Let the stages that take frames run again, unless the frames with that checksum are embedded already.

    What was embedded is not known of catalogues from before there were checksums.
    """
    if not stages:
        return
    first, *others = stages
    mine = (RUN.c.version_id == version, RUN.c.stage == first)
    outputs = connection.execute(select(RUN.c.output).where(*mine, RUN.c.state == RunState.DONE)).scalars()
    embedded = [json.loads(output or "{}").get("frames") for output in outputs]
    if checksum is not None and embedded and set(embedded) == {checksum}:
        return
    state.delete_runs_of_versions(connection, [version], others)
    state.redo(connection, *mine)
