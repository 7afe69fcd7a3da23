"""What to do next about errors of processing, by face and error code."""

CLI = {"stage.not_found": "`dampipe status` lists the stages."}
PAGE: dict[str, str] = {}
