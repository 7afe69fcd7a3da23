"""What to do next about errors of restores, by face and error code."""

from dampipe.features.tiers.restoring import errors

CLI = {
    errors.WHICH_ASSETS.code: "`dampipe tier restore ASSET …` or `--where QUERY`.",
    errors.NOT_FOUND.code: "`dampipe tier restores` lists them.",
    errors.NOTHING_ARCHIVED.code: "`dampipe tier where ASSET` shows where its copies are.",
    errors.COST_NOT_ACCEPTED.code: "`--yes` accepts any cost.",
    errors.SPEED_UNKNOWN.code: "`--speed` chooses one.",
}
PAGE: dict[str, str] = {}
