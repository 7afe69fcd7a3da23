"""Writes which derivatives an asset has."""

from dampipe.features.derivatives.queries import save_derivatives
from dampipe.jobs import state
from dampipe.jobs.savers import OutputBatch
from dampipe.jobs.tables import RUN
from dampipe.media.outputs import Preview, Proxy, Refined


def save_preview(batch: OutputBatch[Preview]) -> None:
    """Replace the derivatives that a preview pass makes."""
    for asset, preview in batch.outputs:
        save_derivatives(batch.connection, asset, preview.derivatives)


def save_proxy(batch: OutputBatch[Proxy]) -> None:
    """Replace the derivatives that a proxy pass makes."""
    for asset, proxy in batch.outputs:
        made = (proxy.derivative, proxy.waveform)
        save_derivatives(batch.connection, asset, [one for one in made if one is not None])


def save_refined(batch: OutputBatch[Refined]) -> None:
    """Replace the preview by the better one, and let the stages that took the old one run again."""
    for asset, refined in batch.outputs:
        if refined.preview is None:
            continue
        mine = RUN.c.asset_id == asset
        output = refined.preview.model_dump_json()
        state.replace_output(batch.connection, output, mine, RUN.c.stage == refined.of)
        save_derivatives(batch.connection, asset, refined.preview.derivatives)
        first, *others = refined.again
        state.delete_runs_of_assets(batch.connection, [asset], others)
        state.redo(batch.connection, mine, RUN.c.stage == first)
