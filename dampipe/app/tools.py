"""The media tools of a process: ffmpeg with its sandbox and hardware, the embedding model, and what uses them."""

import os
from dataclasses import replace
from functools import cached_property

from dampipe.app.errors import MODEL_UNUSABLE
from dampipe.app.text_encoding import TextEncoding
from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.kernel.faces import API
from dampipe.kernel.local_key import read_local_key
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
from dampipe.vision.frames import POLICY, choose
from dampipe.vision.open_model import open_model
from dampipe.vision.remote_embedder import RemoteEmbedder

VECTORS_PATH = f"{API}/vectors"
"""Path of the endpoint that encodes texts (`dampipe/features/search/http_vectors.py`)."""


class MediaTools:
    """The media tools of a process, each created on first use. They do not use the catalogue."""

    def __init__(self, settings: Settings, encoding: TextEncoding) -> None:
        self._settings = settings
        self._encoding = encoding

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The ffmpeg to use, with its sandbox."""
        found = find_ffmpeg(self._settings.ffmpeg or None)
        return replace(found, sandbox=find_sandbox(self._settings.sandbox, found.path))

    @cached_property
    def prober(self) -> Prober:
        """Probes files; its helper process is started on first use."""
        return Prober(sandbox=self.ffmpeg.sandbox, ffmpeg=self.ffmpeg.path)

    @cached_property
    def hardware(self) -> HostAcceleration:
        """The video hardware of this machine; the results of its self-tests are cached in the home folder."""
        settings = self._settings
        cache = settings.home / "cache"
        return HostAcceleration(
            self.ffmpeg, cache, self.proxy_recipe, settings.acceleration, settings.nvenc_sessions
        )

    @cached_property
    def embedder(self) -> Embedder:
        """The model of the settings, loaded on first use. Raises InvalidInput that names the setting."""
        try:
            return self.open_model(self._settings.model)
        except (InvalidInput, Unavailable) as error:
            advice = f"{error.hint.rstrip('.')}. " if error.hint else ""
            raise InvalidInput(MODEL_UNUSABLE, reason=str(error), advice=advice) from error

    def open_model(self, model: str) -> Embedder:
        """Open a model by its name; its weights are loaded on first use."""
        threads = max(1, (os.cpu_count() or 1) // 2)
        local = open_model(model, self._settings.device, threads)
        if not self._encoding.asks_server:
            return local
        home = self._settings.home
        return RemoteEmbedder(local, f"{self._settings.page}{VECTORS_PATH}", lambda: read_local_key(home))

    @cached_property
    def _asset_recipe(self) -> AssetRecipe:
        """The recipe that the setting `recipe` names."""
        name, described = self._settings.recipe, self._settings.recipes
        return PRESETS[name] if name in PRESETS else Description.model_validate(described[name]).recipe()

    @cached_property
    def preview_recipe(self) -> PreviewRecipe:
        """The recipe of previews, whose frames have the size and interpolation that the model needs."""
        recipe, spec = self._asset_recipe, self.embedder.spec
        needs = {"size": spec.size, "fit": spec.fit, "interpolation": spec.interpolation, "choice": POLICY}
        frames = recipe.frames.model_copy(update=needs)
        return PreviewRecipe(poster=recipe.poster, sprite=recipe.sprite, frames=frames)

    @property
    def proxy_recipe(self) -> ProxyRecipe:
        """The recipe of proxies."""
        return self._asset_recipe.proxy

    @cached_property
    def proxy_maker(self) -> ProxyMaker:
        """Makes proxies."""
        return ProxyMaker(
            self.ffmpeg,
            self.proxy_recipe,
            self.hardware.accelerations,
            shared_state=self.hardware.shared_state,
            prober=self.prober,
        )

    @cached_property
    def passes(self) -> Passes:
        """Makes previews, and proxies in the same pass if the setting `one_pass` is on."""
        preview = PreviewMaker(
            self.ffmpeg,
            self.preview_recipe,
            choose,
            prober=self.prober,
            accelerations=self.hardware.accelerations,
            shared_state=self.hardware.shared_state,
        )
        return Passes(preview, self.proxy_maker if self._settings.one_pass else None)
