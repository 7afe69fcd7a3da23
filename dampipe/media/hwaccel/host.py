"""The video hardware of this machine: what works, which parts are paused, how many sessions may run at once."""

from datetime import datetime
from functools import cached_property
from pathlib import Path

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration, families
from dampipe.media.hwaccel.circuit_breaker import CircuitBreaker
from dampipe.media.hwaccel.detection import detect, machine_file
from dampipe.media.hwaccel.fallback import SharedState
from dampipe.media.hwaccel.session_limit import SessionLimit
from dampipe.media.recipes import ProxyRecipe


class HostAcceleration:
    """Hardware acceleration of one machine. Its processes share state through the cache folder."""

    def __init__(
        self, ffmpeg: Ffmpeg, cache: Path, recipe: ProxyRecipe, setting: str = "auto", nvenc_sessions: int = 0
    ) -> None:
        """setting, nvenc_sessions: the settings `acceleration` and `nvenc_sessions`."""
        self._ffmpeg = ffmpeg
        self._cache = cache
        self._recipe = recipe
        self._families = families(setting)
        self.shared_state = SharedState(
            CircuitBreaker(machine_file(cache, "hardware.json")),
            SessionLimit(machine_file(cache, "nvenc"), nvenc_sessions),
        )

    @cached_property
    def accelerations(self) -> list[Acceleration]:
        """What works, the best first; detected on first use unless a recent result is cached."""
        return detect(self._ffmpeg, self._cache, self._recipe, self._families)

    def detect_again(self) -> None:
        """Discard the cached result and all recorded failures, and detect again."""
        self.shared_state.circuit_breaker.reset()
        self.accelerations = detect(
            self._ffmpeg, self._cache, self._recipe, self._families, ignore_cache=True
        )

    def facts(self) -> dict[str, object]:
        """What a worker reports about the hardware of its machine."""
        return {
            "encoders": [family.name for family in self.accelerations if family.encodes],
            "decoders": {
                family.name: list(family.decodes) for family in self.accelerations if family.decodes
            },
            "set_aside": [
                f"{circuit.part} until {datetime.fromtimestamp(circuit.until):%H:%M}: {circuit.reason}"
                for circuit in self.shared_state.circuit_breaker.open_circuits()
            ],
        }
