"""What to do next about errors of duplicates, by face and error code."""

CLI = {"duplicate.not_found": "`dampipe duplicates --near` lists them."}
PAGE = {"duplicate.not_found": "The view Duplicates lists them."}
