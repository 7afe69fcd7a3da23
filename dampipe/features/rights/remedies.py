"""What to do next about errors of rights, by face and error code."""

CLI = {
    "licence.not_found": "`dampipe rights licence list` lists the licences.",
    "licence.taken": "`dampipe rights licence edit` changes it.",
    "release.refused": "`dampipe rights explain` says why. --reason releases it, and is recorded.",
    "rights.medium_unknown": "`dampipe rights policy show` lists the media; the policy may add one.",
    "rights.territory_unknown": "`dampipe rights policy show` lists the groups; the policy may add one.",
}
PAGE = {
    "licence.not_found": "The list of licences shows which exist.",
    "release.refused": "The section Rights of the asset says why.",
}
