"""What to do next about errors of tags, by face and error code."""

CLI = {"tag.not_found": "`dampipe tag list` lists the tags."}
PAGE = {"tag.not_found": "The filter bar suggests the tags that exist."}
