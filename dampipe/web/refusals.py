"""Requests that are refused before an endpoint sees them, and the form in which every error is answered."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.faces.http import Problem

BODY_TOO_LARGE = ErrorCode(
    "request.too_large", "the body of the request has more than {limit} bytes", "Send less at a time."
)
BODY_TOO_SLOW = ErrorCode(
    "request.too_slow", "the body of the request did not arrive in time", "Send it again."
)
BODY_AMBIGUOUS = ErrorCode(
    "request.ambiguous_length",
    "the request has both a Content-Length and a Transfer-Encoding",
    "Send one of them; programs on the way may disagree about where such a request ends.",
)
CONTROL_CHARACTER = ErrorCode(
    "request.nul_character", "the URL contains the character NUL", "Leave out `%00`."
)


class ProblemResponse(JSONResponse):
    """A problem as JSON; what is not Unicode in a text that it repeats is replaced."""

    def __init__(
        self, problem: Problem, status_code: int = 422, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem.model_dump(), status_code, headers)

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class Refused(HTTPException):
    """A request that is refused with a status and an error code."""

    def __init__(
        self, status: int, code: ErrorCode, headers: Mapping[str, str] | None = None, **parameters: Any
    ) -> None:
        super().__init__(status, code.text.format_map(parameters), headers)
        self.problem = Problem(
            detail=self.detail,
            hint=code.remedy.format_map(parameters),
            code=code.code,
            parameters=parameters,
        )

    def response(self) -> ProblemResponse:
        """The answer."""
        return ProblemResponse(self.problem, self.status_code, self.headers)
