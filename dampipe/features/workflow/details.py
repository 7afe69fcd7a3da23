"""The state in the details of an asset."""

from dampipe.features.workflow.model import ItemReport
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField


def _read(services: Services, actor: Actor, asset: int) -> ItemReport | None:
    return services.get(WorkflowService).brief(actor, asset)


def text_of(item: ItemReport | None) -> str:
    """Where an asset is, in one line."""
    if item is None:
        return ""
    parts = [item.label]
    if item.assignee:
        parts.append(f"assigned to {item.assignee}")
    if item.due:
        parts.append(f"{'overdue since' if item.overdue else 'due'} {item.due:%Y-%m-%d %H:%M} {item.zone}")
    return ", ".join(parts)


STATE = DetailField("workflow", ItemReport | None, None, "workflow", _read, text_of, for_guests=True)
