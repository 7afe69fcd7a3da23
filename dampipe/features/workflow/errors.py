"""What can be wrong with a definition of a workflow, and why an asset does not move."""

from dampipe.kernel.errors import ErrorCode

INVALID_DEFINITION = ErrorCode(
    "workflow.definition_invalid",
    "the definition is not valid: {problems}",
    "docs/workflow.md describes the format; the definition `review` is an example.",
)
UNKNOWN_DEFINITION = ErrorCode(
    "workflow.definition_not_found",
    "there is no definition {name!r}",
    "The definitions are {names}; or give a file or a version.",
)
DEFINITION_HAS_FAULTS = ErrorCode(
    "workflow.definition_faulty",
    "the definition {key!r} was not applied: {faults}",
    "Correct it and check it again.",
)
STATES_NEED_A_MAP = ErrorCode(
    "workflow.map_needed",
    "assets sit in states that the definition {key!r} does not have: {states}",
    "Map each of these states to one of the definition.",
)
UNKNOWN_MAPPED = ErrorCode(
    "workflow.map_invalid",
    "the map leads from {old!r} to {new!r}, which is not a state of the definition",
    "The states are {states}.",
)
MAP_OF_KEPT = ErrorCode(
    "workflow.map_needless",
    "the map names the state {old!r}, which the definition has: assets that are in it stay there",
    "Map only states that the definition does not have; move the assets by a transition.",
)
APPLIED_MEANWHILE = ErrorCode(
    "workflow.applied_meanwhile",
    "another definition was applied at the same time",
    "Look at it, and apply again.",
)
NO_WORKFLOW = ErrorCode(
    "workflow.none", "this library has no workflow", "A manager can turn one on: apply a definition."
)
UNKNOWN_STATE = ErrorCode(
    "workflow.state_not_found", "the workflow has no state {state!r}", "The states are {states}."
)
UNKNOWN_TRANSITION = ErrorCode(
    "workflow.transition_not_found",
    "the workflow has no transition {transition!r}",
    "The transitions are {transitions}.",
)

# Why an asset does not move
ELSEWHERE = ErrorCode(
    "workflow.not_in_state",
    "it is in the state {state!r}, and {transition!r} begins in {sources}",
    "Another user may have moved it meanwhile; look at it again.",
)
ROLE_TOO_LOW = ErrorCode(
    "workflow.role_too_low", "{transition!r} needs the role {role}", "Ask a user who has the role."
)
NOT_FOR_LINK = ErrorCode(
    "workflow.not_for_link",
    "the share link does not allow {transition!r}",
    "Ask the one who shared it for another link.",
)
NOT_ONE_OF = ErrorCode(
    "workflow.not_allowed", "{transition!r} is for {who}", "Ask one of them, or have the asset assigned."
)
NO_ASSIGNEE = ErrorCode(
    "workflow.no_assignee", "{transition!r} is for the assignee, and it has none", "Assign it to a user."
)
COMMENT_NEEDED = ErrorCode(
    "workflow.comment_missing", "{transition!r} needs a comment", "Say in a few words why."
)
GONE = ErrorCode("workflow.asset_gone", "the asset was deleted meanwhile")

# Assignees and due dates
UNKNOWN_ASSIGNEE = ErrorCode(
    "workflow.assignee_not_found", "there is no user {name!r}", "Give the name of a user who can log in."
)
ASSIGNEE_DOES_NOT_SEE = ErrorCode(
    "workflow.assignee_does_not_see",
    "{name} does not see {count} of the assets",
    "Assign what they see, or have an administrator grant them the folder.",
)
INVALID_DUE = ErrorCode(
    "workflow.due_invalid",
    "{text!r} is not a due date: {problem}",
    "Give 2026-12-24, or 2026-12-24T18:00, and a time zone such as Europe/Berlin.",
)

# What `check` finds
UNREACHABLE = ErrorCode(
    "workflow.state_unreachable",
    "no transition leads to the state {state!r}",
    "Add one, or remove the state.",
)
DEAD_END = ErrorCode(
    "workflow.dead_end",
    "no transition leads out of the state {state!r}",
    "Add one, or declare the state final.",
)
NO_USER_MAY = ErrorCode(
    "workflow.no_user_may",
    "no user may do {transition!r}: {reason}",
    "Name users who exist and have the role, or lower the role.",
)
UNKNOWN_USER = ErrorCode(
    "workflow.user_not_found",
    "{transition!r} names {name!r}, which is not a user",
    "Add the user, or remove the name.",
)
UNKNOWN_GUARD = ErrorCode(
    "workflow.guard_not_found",
    "{transition!r} uses the guard {name!r}, which does not exist",
    "The guards are {names}.",
)
UNKNOWN_EFFECT = ErrorCode(
    "workflow.effect_not_found",
    "{transition!r} uses the effect {name!r}, which does not exist",
    "The effects are {names}.",
)
INVALID_PARAMETERS = ErrorCode(
    "workflow.parameters_invalid",
    "{transition!r} gives {name!r} parameters that are not valid: {problems}",
    "The parameters are {parameters}.",
)
