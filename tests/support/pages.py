"""What tests of the page have in common."""

from playwright.sync_api import Locator, Page


def area_link(page: Page, area: str) -> Locator:
    """The link to one of the four areas."""
    return page.get_by_role("navigation", name="Areas").get_by_role("link", name=area)


def view_link(page: Page, view: str) -> Locator:
    """The link to a view of the area that is shown."""
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=view)


def visit(page: Page, area: str, view: str) -> None:
    """Go to a view by the navigation."""
    area_link(page, area).click()
    view_link(page, view).click()
