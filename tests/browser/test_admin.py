"""Everybody can use the pages of Django's admin too, with the widgets that it brings."""

from tests.browser.axe_core import find_violations
from tests.browser.conftest import PHONE
from tests.browser.looks import FIND_SIDEWAYS
from tests.browser.pages import furnish

# One of each kind; that of a project has widgets of all kinds.
PAGES = """
    / patchtrack/person/?q=a patchtrack/project/1/change/ patchtrack/person/1/change/
    auth/user/{user.pk}/change/ patchtrack/tag/add/ patchtrack/tag/1/delete/
    patchtrack/mail/1/history/ password_change/
""".split()


def test_the_admin_is_for_everybody(visit, watch, sample, maintainer, admin_user):
    furnish(sample, maintainer)
    page = visit("/admin/", user=admin_user, reduced_motion="reduce")
    found = []
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"/admin/{path.removeprefix('/').format(user=maintainer)}")
        assert watch.take_faults() == []
        # A row that is added to a form is to be named like those that were there.
        for more in page.locator(".add-row a").all():
            more.click()
        found += [f"{path}: {fault}" for fault in find_violations(page)]
        page.set_viewport_size(PHONE)
        found += [f"{path}: {fault}" for fault in page.evaluate(FIND_SIDEWAYS)]
        # axe-core fetches the admin's style sheets, and the policy keeps it from using them.
        watch.take_faults()
    assert not found, "\n".join(found)
