"""This machine's video hardware in one hand: what works, what is set aside, how many may use it at once."""

from datetime import datetime
from functools import cached_property
from pathlib import Path

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration, families
from dampipe.media.hwaccel.circuit_breaker import CircuitBreaker
from dampipe.media.hwaccel.detection import beside_the_cache, detect
from dampipe.media.hwaccel.fallback import SharedState
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.recipes import ProxyRecipe


class HostAcceleration:
    """What a process knows of it; the processes of a machine share the rest through the cache folder."""

    def __init__(
        self, ffmpeg: Ffmpeg, cache: Path, recipe: ProxyRecipe, wanted: str = "auto", nvenc_sessions: int = 0
    ) -> None:
        """wanted, nvenc_sessions: the settings `acceleration` and `nvenc_sessions`."""
        self._ffmpeg = ffmpeg
        self._cache = cache
        self._recipe = recipe
        self._families = families(wanted)
        self.machine = SharedState(
            CircuitBreaker(beside_the_cache(cache, "hardware.json")),
            SessionLimit(beside_the_cache(cache, "nvenc"), nvenc_sessions),
        )

    @cached_property
    def accelerations(self) -> list[Acceleration]:
        """What was seen to work, the best first; tried when first asked for, if nobody has of late."""
        return detect(self._ffmpeg, self._cache, self._recipe, self._families)

    def try_again(self) -> None:
        """Forget what is known and try everything once more."""
        self.machine.health.forget()
        self.accelerations = detect(self._ffmpeg, self._cache, self._recipe, self._families, again=True)

    def facts(self) -> dict[str, object]:
        """What a worker tells of it."""
        return {
            "encoders": [one.name for one in self.accelerations if one.works],
            "decoders": {one.name: list(one.decodes) for one in self.accelerations if one.decodes},
            "set_aside": [
                f"{one.part} until {datetime.fromtimestamp(one.until):%H:%M}: {one.reason}"
                for one in self.machine.health.set_aside()
            ],
        }
