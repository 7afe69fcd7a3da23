"""How often a person has to press something: the presses of mouse and finger in a page, counted by the browser."""

from playwright.sync_api import BrowserContext, Page

COUNT = """(() => {
  let presses = 0;
  const count = (by) => (event) => event.isTrusted && event.isPrimary !== false && (presses += by);
  addEventListener("pointerdown", count(1), { capture: true });
  // A list of choices that is opened and chosen from: while a test chooses in it, the page gets neither press.
  const choose = ({ target }) => target instanceof HTMLSelectElement && (presses += 2);
  addEventListener("change", choose, { capture: true });
  Object.defineProperty(globalThis, "pressesOfTest", { get: () => presses });
})()"""


class Clicks:
    """Presses since the page was loaded.

    A click, a tap, a drag and a finger that rests are one each, a choice in a list of choices two; keys are none.
    """

    def __init__(self, page: Page) -> None:
        self._page = page

    @staticmethod
    def count_in(context: BrowserContext) -> None:
        """Count in all pages that the browser opens from now on."""
        context.add_init_script(COUNT)

    @property
    def count(self) -> int:
        """How many there were."""
        presses: int = self._page.evaluate("() => globalThis.pressesOfTest")
        return presses
