"""What to do next about errors of tiers, by face and error code."""

from dampipe.features.tiers import errors, reasons
from dampipe.features.tiers.restoring import remedies as restoring

CLI = {
    **restoring.CLI,
    errors.POLICY_INVALID.code: "`dampipe tier policy check FILE` checks it; docs/tiers.md describes the format.",
    errors.POLICY_FAULTY.code: "`dampipe source list` shows tiers, and which sources are managed.",
    errors.NO_POLICY.code: "`dampipe tier policy apply FILE`.",
    errors.POLICY_UNKNOWN.code: "`dampipe tier policy history` lists them.",
    errors.PLAN_UNKNOWN.code: "`dampipe tier plan list` shows which exist.",
    reasons.COST_NOT_ACCEPTED.code: "`dampipe tier apply NUMBER --yes` accepts it.",
    reasons.FILE_UNKNOWN.code: "`dampipe tier trash` lists them.",
    reasons.IS_LEAVING.code: "`dampipe tier keep PATH` keeps it.",
    reasons.TOO_FEW_COPIES.code: "`dampipe verify SOURCE` verifies them; then `dampipe tier plan`.",
    errors.PLAN_STATE.code: "`dampipe tier plan show NUMBER` shows it; `dampipe tier plan` makes a new one.",
}
PAGE: dict[str, str] = {**restoring.PAGE}
