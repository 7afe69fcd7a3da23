"""Why an action was skipped, has failed, or is tried again: codes in `tier_action.reason`, worded by faces."""

from dampipe.kernel.errors import ErrorCode

TOO_FEW_COPIES = ErrorCode(
    "tier.too_few_copies",
    "besides it {found} of {copies} copies were verified in other sources within {days:g} days and are there",
    "Verify the other copies, or have more made; then make a new plan.",
)
SAME_STORAGE = ErrorCode(
    "tier.same_storage",
    "it is the same file as the copy in {sources}: both sources are one storage",
    "Remove one of the two sources, and have a copy made in another storage.",
)
NO_READABLE_COPY = ErrorCode(
    "tier.no_readable_copy",
    "none of the other copies can be read now: they are archived or offline",
    "Keep one copy in a source whose files can be read at once, or restore one.",
)
BEING_READ = ErrorCode(
    "tier.being_read", "it is being read back at this moment", "It is tried again automatically."
)
NOT_MANAGED = ErrorCode(
    "tier.not_managed",
    "its source is not declared as managed: it is only read",
    "Declare the source as managed, if dampipe may write there, and make a new plan.",
)
CHANGED = ErrorCode(
    "tier.changed",
    "the file or what the catalogue knows of it has changed since the plan was made",
    "Scan the source, and make a new plan.",
)
GONE = ErrorCode("tier.gone", "the file, its content or its source is not known any more", "")
IN_A_CARD = ErrorCode(
    "tier.in_a_card",
    "it is a part of the camera card {card}: without it, what the camera wrote beside it would be torn apart",
    "Delete the whole card yourself once all of its files have their copies.",
)
IS_LEAVING = ErrorCode(
    "tier.is_leaving",
    "there is a copy in that source already, which is to be deleted",
    "Keep that copy, instead of making another one.",
)
IS_ARCHIVED = ErrorCode(
    "tier.is_archived",
    "there is a copy in that source already, which is archived and cannot be read back now",
    "Restore it and verify it, if its last verification is too old.",
)
RULE_CHANGED = ErrorCode(
    "tier.rule_changed",
    "the rule was changed since the plan was made",
    "Make a new plan by the policy that is in force.",
)
KEPT = ErrorCode("tier.kept", "someone has taken it back", "")
CANCELLED = ErrorCode("tier.cancelled", "the plan was cancelled", "")
NAME_TAKEN = ErrorCode(
    "tier.name_taken",
    "there is another file of that name, which is not replaced",
    "Rename it, or take it into the library by a scan; then make a new plan.",
)
NO_ORIGIN = ErrorCode(
    "tier.no_origin",
    "no copy has the right bytes and can be read: {problems}",
    "Fetch the medium, restore an archived copy, or replace what is damaged; then make a new plan.",
)
COPY_DIFFERS = ErrorCode(
    "tier.copy_differs",
    "what was read back from {store} is not what was written there; it was deleted again",
    "Check the disk, the cable and the server; it is tried again automatically.",
)
SIDECAR_UNREADABLE = ErrorCode(
    "tier.sidecar_unreadable",
    "the sidecar {sidecar} cannot be read: {problems}",
    "Make it readable, restore it or delete it; then make a new plan. A copy counts only with its sidecars.",
)
SIDECARS_DIFFER = ErrorCode(
    "tier.sidecars_differ",
    "other files of these names are beside the copy, and were kept: {sidecars}",
    "Compare them, and delete what is not wanted.",
)
SIDECARS_STAY = ErrorCode(
    "tier.sidecars_stay",
    "these sidecars stay, since no copy that is relied on has the same beside it: {sidecars}",
    "Copy them yourself, or delete them.",
)
DAMAGED = ErrorCode(
    "tier.damaged",
    "the copy there is damaged: it was read back, and its bytes are not those that were identified",
    "Replace it by a good copy, and verify it.",
)
NOT_TIERED = ErrorCode(
    "tier.no_storage_classes",
    "the storage has no storage classes",
    "Leave the storage class of this source out of the policy.",
)
GAVE_UP = ErrorCode(
    "tier.gave_up", "it was tried {times} times: {problem}", "Mend what is said, and make a new plan."
)
SOURCE_AWAY = ErrorCode(
    "tier.source_away",
    "{source} is empty, although files are known there",
    "Is it mounted? The work continues automatically once it is.",
)
COST_NOT_ACCEPTED = ErrorCode(
    "tier.cost_not_accepted",
    "plan {plan} costs {cost}, which is more than the policy allows without asking",
    "Accept the cost, or make a plan for one rule of the policy.",
)
BEING_DELETED = ErrorCode(
    "tier.being_deleted", "{path} is being deleted at this moment", "Its other copies are unchanged."
)
FILE_UNKNOWN = ErrorCode(
    "tier.file_not_found",
    "{name} is neither a file that is leaving nor one of the assets that have such a file",
    "The trash lists the files that are leaving.",
)
