"""A thousand random edits of the same things by two people at once, in three tabs of the page: nothing is lost.

TOGETHER_EDITS sets their number, TOGETHER_SEED the first random number. What is lost fails the bench; nothing may be.
"""

import os
import shutil
from collections import Counter

from playwright.sync_api import sync_playwright

from tests.bench.scan import temporary
from tests.support.page_edits import edit_at_once, together

EDITS = int(os.environ.get("TOGETHER_EDITS", "1000"))
SEED = int(os.environ.get("TOGETHER_SEED", "1"))


def main() -> None:
    """Make the edits, and print what became of them."""
    with temporary("together") as folder, together(folder) as here, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found = edit_at_once(browser, here, EDITS, SEED)
        browser.close()
    kinds: dict[str, Counter[str]] = {}
    for (kind, became), count in found.counts.items():
        kinds.setdefault(kind, Counter())[became] += count
    for kind, counts in sorted(kinds.items()):
        print(f"{kind}: {', '.join(f'{count} {became}' for became, count in counts.most_common())}")
    print(
        f"{found.number():,} edits in {found.seconds:.1f} s: {found.number('done')} done, "
        f"{found.number('conflict')} conflicts that were shown, {found.number('refused')} refused; "
        f"{len(found.lost)} lost"
    )
    for line in found.lost:
        print("lost:", line)
    if found.lost:
        raise SystemExit(1)
