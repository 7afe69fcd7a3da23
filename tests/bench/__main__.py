"""`make bench`, or `python -m tests.bench NAME…`: times contenders in turn, in one run, and prints medians."""

import sys

from tests.bench import (
    carry,
    clips,
    collections,
    decoders,
    duplicates,
    embedding,
    events,
    facets,
    gpu,
    grid,
    grid_memory,
    hashing,
    hostile,
    library,
    mask,
    metadata,
    moments,
    passes,
    peers,
    places,
    presets,
    probing,
    remote,
    remote_ingest,
    remote_ranges,
    scan,
    spine,
    start,
    stills,
    tables,
    takeout,
    tiers_kill,
    tiers_plan,
    together,
    vectors,
    vocabulary,
    workflow,
)

BENCHES = {
    "spine": spine.main,
    "start": start.main,
    "clips": clips.main,
    "collections": collections.main,
    "scan": scan.main,
    "remote": remote.main,
    "passes": passes.main,
    "peers": peers.main,
    "places": places.main,
    "presets": presets.main,
    "hashing": hashing.main,
    "probing": probing.main,
    "remote_ingest": remote_ingest.main,
    "takeout": takeout.main,
    "remote_ranges": remote_ranges.main,
    "hostile": hostile.main,
    "decoders": decoders.main,
    "stills": stills.main,
    "vectors": vectors.main,
    "mask": mask.main,
    "embedding": embedding.main,
    "gpu": gpu.main,
    "duplicates": duplicates.main,
    "moments": moments.main,
    "events": events.main,
    "facets": facets.main,
    "library": library.main,
    "grid": grid.main,
    "grid_memory": grid_memory.main,
    "carry": carry.main,
    "tiers_kill": tiers_kill.main,
    "metadata": metadata.main,
    "tables": tables.main,
    "tiers_plan": tiers_plan.main,
    "together": together.main,
    "workflow": workflow.main,
    "vocabulary": vocabulary.main,
}


def main() -> None:
    """Run the benches that are named, or all."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.exit(f"no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}")
    for name in names:
        BENCHES[name]()


if __name__ == "__main__":
    main()
