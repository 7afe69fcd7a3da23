"""What to do next about errors of workflows, by face and error code."""

from dampipe.features.workflow import errors

_TRIES = "`dampipe workflow try` says what a definition means for the library."

CLI = {
    errors.INVALID_DEFINITION.code: "`dampipe workflow show review` prints an example; docs/workflow.md has the format.",
    errors.UNKNOWN_DEFINITION.code: "`dampipe workflow list` lists them; or give the path of a file.",
    errors.DEFINITION_HAS_FAULTS.code: "`dampipe workflow check` lists what is wrong.",
    errors.STATES_NEED_A_MAP.code: "`--map OLD=NEW` says where they go, once for each state. " + _TRIES,
    errors.NO_WORKFLOW.code: "`dampipe workflow apply review` turns one on.",
    errors.UNKNOWN_STATE.code: "`dampipe workflow show` lists the states.",
    errors.UNKNOWN_TRANSITION.code: "`dampipe workflow show` lists the transitions.",
    errors.COMMENT_NEEDED.code: "`--comment TEXT` gives one.",
    errors.NO_ASSIGNEE.code: "`dampipe workflow assign --to USER ASSET` assigns it.",
    errors.UNKNOWN_ASSIGNEE.code: "`dampipe user list` lists the users.",
    errors.INVALID_DUE.code: "Such as `dampipe workflow due --on 2026-12-24T18:00 --zone Europe/Berlin ASSET`.",
}
PAGE = {
    errors.COMMENT_NEEDED.code: "Write one in the field of the move.",
    errors.UNKNOWN_STATE.code: "The filter bar suggests the states that exist.",
}
