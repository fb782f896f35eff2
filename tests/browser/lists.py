"""What is seen in a list of series or patches."""

from playwright.sync_api import Locator, Page


def read_names(page: Page) -> list[str]:
    """The names of the rows, from above."""
    return page.locator(".list tbody .name > a").all_inner_texts()


def find_row(page: Page, name: str) -> Locator:
    """The one row in which this text stands."""
    return page.locator(".list tbody tr").filter(has_text=name)
