"""Make a picture of each view of the page, into docs/screenshots: `make screenshots`, `make screenshots VIEW=library`.

The views are those of `tests/support/views.py`. The first view's picture at the width of a desk is the README's as well.
"""

import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from dampipe.app.demo.footage import make_footage
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.support.views import SIZES, VIEWS, context_of, shown_library

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
COLOURS = 192
"""Of a picture: a third of the bytes, and no difference that one sees."""
SCHEME = {"wide": "dark", "phone": "light"}


def copied_clips(folder: Path) -> list[Path]:
    """The clips of the demo, in a folder."""
    return make_footage(find_ffmpeg(None), folder)


def main(names: list[str]) -> None:
    """names: of views; without any, all."""
    unknown = set(names) - {view.name for view in VIEWS}
    if unknown:
        raise SystemExit(f"no such view: {', '.join(sorted(unknown))}")
    browser_path = (
        shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )
    if browser_path is None:
        raise SystemExit("Chromium is needed: apt-get install chromium")
    expect.set_options(timeout=120_000)
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        shown_library(Path(folder) / "home", Path(folder) / "footage", copied_clips) as shown,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for view in VIEWS:
            for size in SIZES:
                if names and view.name not in names:
                    continue
                context = context_of(browser, size, SCHEME[size])
                page = context.new_page()
                shown.open(page, view)
                page.wait_for_timeout(1500)  # pictures and strips
                taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
                context.close()
                taken.quantize(COLOURS).save(OUT / f"{view.name}-{size}.png", optimize=True)
                print(f"docs/screenshots/{view.name}-{size}.png", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
