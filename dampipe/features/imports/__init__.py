"""Imports: files of a card or a folder are copied into managed sources, each copy is verified, and a receipt is kept."""

from dampipe.kernel.feature import Command, Feature, Task

FEATURE = Feature(
    "imports",
    __name__,
    tables=(f"{__name__}.tables",),
    providers={
        f"{__name__}.worker:ImportWorker": f"{__name__}.providers:import_worker",
        f"{__name__}.facts:FactReader": f"{__name__}.providers:fact_reader",
    },
    commands={
        "import": Command(
            "Copy cards, folders and photo libraries into managed sources.", f"{__name__}.cli:command"
        ),
    },
    routers=(f"{__name__}.http:router",),
    panel="panel.js",
    known_contents=(f"{__name__}.contents:sha1_of_copy",),
    tasks={"import": Task(f"{__name__}.tasks:ImportTask", queue="io")},
    sweeps=(f"{__name__}.sweep:ImportSweep", f"{__name__}.notes.sweep:NoteSweep"),
    events=tuple(
        f"{__name__}.events:{name}" for name in ("ImportStarted", "ImportFinished", "ImportFileSetAside")
    ),
    remedies=f"{__name__}.remedies",
)
