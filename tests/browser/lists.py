"""What is seen and done in a list of series or patches."""

from playwright.sync_api import Locator, Page


def read_names(page: Page) -> list[str]:
    """The names of the rows, from above."""
    return page.locator(".list tbody .name > a").all_inner_texts()


def find_row(page: Page, name: str) -> Locator:
    """The one row in which this text stands."""
    return page.locator(".list tbody tr").filter(has_text=name)


def find_boxes(page: Page) -> Locator:
    """The boxes by which rows are selected."""
    return page.locator(".list tbody .select input")


def change_selected(page: Page, **choices: str) -> None:
    """Change the selected rows: state="Accepted", delegate="greta"."""
    form = page.get_by_role("group", name="Change the selected")
    for name, choice in choices.items():
        form.get_by_label(name.capitalize()).select_option(choice)
    form.get_by_role("button", name="Change").click()


def find_message(page: Page) -> Locator:
    """What the page says that the last action has done."""
    return page.locator(".messages")
