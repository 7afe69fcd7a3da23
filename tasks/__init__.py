"""The pipeline: its stages in the order in which a file passes them. To add one: a file, and a line here."""

from dampipe.jobs.stage import Stage
from dampipe.tasks.embed import embed
from dampipe.tasks.hash import hash
from dampipe.tasks.index import index
from dampipe.tasks.preview import preview
from dampipe.tasks.probe import probe
from dampipe.tasks.proxy import proxy
from dampipe.tasks.refine import refine

PIPELINE: list[Stage] = [
    hash,
    probe,
    preview,
    embed,
    index,
    proxy,
    refine,
]
