"""A check of requests that fulfil the schema: one that is refused with 422 says a reason that no schema can.

`schemathesis.toml` excepts the status by paths, since labels, dates and names are checked by rules that are no schema.
Those have an error code. A refusal without one is of a parameter or a body by its type, which the schema has to say.
"""

import re

import schemathesis

EXCEPTED = {
    r"POST /api/v1/metadata/(edit|preview)|PATCH /api/v1/assets/\{sha1\}/metadata": "no field is named",
    r"GET /api/v1/events/stream": "header.last-event-id: ",
}
"""Operations, and how the refusal begins: a rule over several parts of a body, and a header that may be null."""


@schemathesis.check
def refusals_of_valid_data_have_a_code(ctx, response, case) -> None:  # type: ignore[no-untyped-def]
    """422 to valid data has an error code."""
    if response.status_code != 422 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    excepted = any(
        re.fullmatch(operation, case.operation.label) and problem["detail"].startswith(begin)
        for operation, begin in EXCEPTED.items()
    )
    assert problem.get("code") or excepted, (
        f"{case.operation.label} refuses what its schema allows: {problem['detail']}"
    )


# Bytes of a file, as resumable uploads send them (tus).
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
