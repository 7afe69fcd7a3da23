"""The pipeline: its stages in the order in which a file passes them. To add one: a file, and a line here.

A line is a dotted name, which is imported on use: a process that only lists stages imports none of their tools.
"""

PIPELINE = [
    "dampipe.tasks.hash:hash",
    "dampipe.tasks.probe:probe",
    "dampipe.tasks.preview:preview",
    "dampipe.tasks.embed:embed",
    "dampipe.tasks.index:index",
    "dampipe.tasks.proxy:proxy",
    "dampipe.tasks.refine:refine",
]
