"""The API does what its OpenAPI document says, for whatever is sent: schemathesis with every check that it has."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from tests.support.serving import serving

SECONDS = 40
"""Time limit of the run."""


def test_every_answer_is_documented_and_no_request_fails_the_server(
    app: FastAPI, library: Any, tmp_path: Path
) -> None:
    asset = next(video.sha1 for video in library.videos() if video.derivatives)
    configuration = Path(__file__).with_name("schemathesis.toml")
    with serving(app) as url:
        ran = subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "schemathesis.cli",
                    "--config-file",
                    str(configuration),
                    "--no-color",
                ),
                *("run", f"{url}/openapi.json", "--checks", "all", "--continue-on-failure", "--workers", "1"),
                *("--max-examples", "15", "--max-time", str(SECONDS), "--seed", "1"),
                *("--suppress-health-check", "all"),
            ],
            cwd=tmp_path,
            env={**os.environ, "ASSET": asset},
            capture_output=True,
            text=True,
            timeout=170,
        )
    assert ran.returncode == 0, ran.stdout[-10_000:] + ran.stderr[-2000:]
    operations = sum(len(methods) for methods in app.openapi()["paths"].values())
    assert re.search(rf"Tested: +{operations}\b", ran.stdout), ran.stdout
    [cases] = re.findall(r"^ +([\d,]+) generated", ran.stdout, re.M)
    assert int(cases.replace(",", "")) > 300
