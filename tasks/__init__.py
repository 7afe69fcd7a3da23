"""The pipeline: its stages in the order in which a file passes them. To add one: a file, and a line here."""

from dampipe.jobs.stage import Stage
from tasks.embed import embed
from tasks.hash import hash
from tasks.index import index
from tasks.preview import preview
from tasks.probe import probe
from tasks.proxy import proxy
from tasks.refine import refine

PIPELINE: list[Stage] = [
    hash,
    probe,
    preview,
    embed,
    index,
    proxy,
    refine,
]
