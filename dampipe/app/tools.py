"""The tools that look into files and make something of them: ffmpeg and what runs it, the model and its recipes."""

import os
from dataclasses import replace
from functools import cached_property

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.settings.settings import Settings
from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.ffmpeg.sandbox import find_sandbox
from dampipe.media.hwaccel.host import HostAcceleration
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PRESETS, AssetRecipe, Description, PreviewRecipe, ProxyRecipe
from dampipe.vision.base import Embedder
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.frames import POLICY, choose
from dampipe.vision.remote_embedder import RemoteEmbedder

VECTORS_PATH = "/api/vectors"
"""Path of the endpoint that encodes texts (`dampipe/features/search/http_vectors.py`)."""


class MediaTools:
    """One process's tools, each made when it is first asked for. They know no catalogue."""

    def __init__(self, settings: Settings, asks_server: bool = False) -> None:
        """asks_server: whether text queries are encoded by the web server of this machine, where one runs."""
        self._settings = settings
        self._asks_server = asks_server

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The ffmpeg to use."""
        found = find_ffmpeg(self._settings.ffmpeg or None)
        return replace(found, sandbox=find_sandbox(self._settings.sandbox, found.path))

    @cached_property
    def prober(self) -> Prober:
        """What looks into files; its helper is started at the first use."""
        return Prober(sandbox=self.ffmpeg.sandbox)

    @cached_property
    def hardware(self) -> HostAcceleration:
        """This machine's video hardware; what was found out is kept in the home folder."""
        settings = self._settings
        cache = settings.home / "cache"
        return HostAcceleration(
            self.ffmpeg, cache, self.proxy_recipe, settings.acceleration, settings.nvenc_sessions
        )

    @cached_property
    def embedder(self) -> Embedder:
        """The model, not loaded before it is needed. Raises InvalidInput that names the setting."""
        try:
            return self.open_model(self._settings.model)
        except (InvalidInput, Unavailable) as error:
            hint = f"{error.hint}. `dampipe model use NAME` changes it.".lstrip(". ")
            raise InvalidInput(f"setting 'model': {error}", hint=hint) from error

    def open_model(self, model: str) -> Embedder:
        """Any model by its name, not loaded before it is needed."""
        threads = max(1, (os.cpu_count() or 1) // 2)
        own = ClipEmbedder(model, self._settings.device, threads)
        return RemoteEmbedder(own, f"{self._settings.page}{VECTORS_PATH}") if self._asks_server else own

    @cached_property
    def _asset_recipe(self) -> AssetRecipe:
        """The recipe that the setting `recipe` names."""
        name, described = self._settings.recipe, self._settings.recipes
        return PRESETS[name] if name in PRESETS else Description.model_validate(described[name]).recipe()

    @cached_property
    def preview_recipe(self) -> PreviewRecipe:
        """What the preview pass makes; the frames as the model wants them."""
        recipe, spec = self._asset_recipe, self.embedder.spec
        wanted = {"size": spec.size, "fit": spec.fit, "interpolation": spec.interpolation, "choice": POLICY}
        frames = recipe.frames.model_copy(update=wanted)
        return PreviewRecipe(poster=recipe.poster, sprite=recipe.sprite, frames=frames)

    @property
    def proxy_recipe(self) -> ProxyRecipe:
        """What the proxy pass makes."""
        return self._asset_recipe.proxy

    @cached_property
    def proxy_maker(self) -> ProxyMaker:
        """Makes proxies."""
        return ProxyMaker(
            self.ffmpeg,
            self.proxy_recipe,
            self.hardware.accelerations,
            shared_state=self.hardware.shared_state,
        )

    @cached_property
    def passes(self) -> Passes:
        """Makes previews, and the proxy along with them where that is set."""
        preview = PreviewMaker(
            self.ffmpeg,
            self.preview_recipe,
            choose,
            prober=self.prober,
            accelerations=self.hardware.accelerations,
            shared_state=self.hardware.shared_state,
        )
        return Passes(preview, self.proxy_maker if self._settings.one_pass else None)
