"""What a worker reports about its machine."""

import sys
from typing import Any

from dampipe.app.container import Container
from dampipe.jobs.plan import Plan
from dampipe.media.passes import Passes
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.vision.base import Embedder


def machine_facts(container: Container, queues: list[str]) -> dict[str, Any]:
    """Versions, video hardware and model, as far as the stages of these queues use them."""
    facts: dict[str, Any] = {"python": sys.version.split()[0]}
    stages = [stage for stage in container.get(Plan).stages if stage.queue in queues]
    tools = {tool for stage in stages for tool in stage.tools.values()}
    if tools & {Passes, ProxyMaker}:
        facts["ffmpeg"] = container.tools.ffmpeg.version
        facts |= container.tools.hardware.facts()
    if Embedder in tools:
        facts["model"] = container.settings.model
        facts["device"] = container.settings.device
    return facts
