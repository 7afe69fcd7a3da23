"""The sidecars of an asset in its details."""

from dampipe.features.sidecars.model import OutboxState, SidecarReport, reason_text
from dampipe.features.sidecars.service import SidecarService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField

_WORDS = {
    OutboxState.PENDING: "to be written",
    OutboxState.READ_ONLY: "its place is read-only",
    OutboxState.AWAY: "its place is not reachable",
    OutboxState.CONFLICT: "changed by another program, too",
    OutboxState.FAILED: "not written",
}


def _read(services: Services, actor: Actor, asset: int) -> tuple[SidecarReport, ...]:
    return services.get(SidecarService).of_asset(actor, asset)


def text_of(report: SidecarReport) -> str:
    """The state of one sidecar, in one line."""
    parts = []
    if report.problem is not None:
        parts.append(f"not read: {reason_text(report.problem)}")
    if report.skipped:
        parts.append(f"not valid: {', '.join(report.skipped)}")
    if report.state is not None and report.state is not OutboxState.WRITTEN:
        text = _WORDS[report.state]
        if report.state is OutboxState.FAILED:
            text += f", since {reason_text(report.reason)}"
        parts.append(f"{text}: {', '.join(report.fields)}" if report.fields else text)
    elif report.written_at is not None:
        parts.append(f"written {report.written_at:%Y-%m-%d %H:%M} UTC")
    name = report.sidecar or "new sidecar"
    return f"{name} ({'; '.join(parts)})" if parts else name


def _text(reports: tuple[SidecarReport, ...]) -> str:
    return "; ".join(map(text_of, reports))


SIDECARS = DetailField("sidecar_states", tuple[SidecarReport, ...], (), "sidecar", _read, _text)
