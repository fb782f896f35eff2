"""What people come for in the other rooms: accounts, saved filters, versions, lost mail."""

import re

from django.core.management import call_command
from playwright.sync_api import expect

from patchtrack.models import Mail, Message, Series
from tests.browser.lists import change_selected, find_boxes, find_message, find_row, read_names
from tests.browser.pages import PASSWORD, lose_mail
from tests.factories import ProjectFactory


def test_an_account_is_made_by_mail(visit, db, mailoutbox, live_server):
    page = visit("/register/")
    page.get_by_label("address").fill("tea@example.org")
    page.get_by_role("button", name="Send me a link").click()
    page.wait_for_url("**/mail-sent/")
    page.goto(re.search(rf"{live_server.url}\S+", mailoutbox[-1].body)[0])
    page.locator("[name=username]").fill("tea")
    for field in page.locator("[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(find_message(page)).to_contain_text("Welcome!")


def test_a_filter_is_saved_and_found_again(visit, maintainer, java_script_enabled):
    page = visit("/project/teapot/?q=cup", user=maintainer, java_script_enabled=java_script_enabled)
    page.get_by_label("Save these filters as").fill("cups")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Forget the filter cups")).to_be_visible()
    page.goto("/project/teapot/")
    page.get_by_role("link", name="cups", exact=True).click()
    page.wait_for_url("**/project/teapot/?q=cup")
    assert read_names(page) == ["cup: describe a cup"]


def test_two_versions_are_compared(visit, sample):
    page = visit(f"/series/{Series.objects.get(version=2).pk}/")
    page.get_by_role("link", name="compare").click()
    row = page.get_by_role("row", name="tests: an empty pot is not heated")
    expect(row.locator(".fate")).to_have_text("new")
    expect(page.locator(".range-diff").first).to_be_visible()


def test_lost_mail_is_read_again(visit, sample, admin_user, java_script_enabled):
    lose_mail()
    ProjectFactory(linkname="nowhere", list_id="nowhere.example.org")
    page = visit("/mail/", user=admin_user, java_script_enabled=java_script_enabled)
    page.locator("[name=mail]").first.check()
    page.get_by_role("button", name="Read again").click()
    expect(find_message(page)).to_be_visible()
    assert Message.objects.filter(project__linkname="nowhere").count() == 1
    assert not Mail.objects.filter(outcome="unrouted").exists()


def test_a_submitter_is_told_and_looks(visit, maintainer, mailoutbox, live_server, settings):
    settings.PATCHTRACK_SITE_URL = live_server.url
    settings.PATCHTRACK_NOTIFICATION_DELAY_MINUTES = 0
    page = visit("/project/teapot/settings/", user=maintainer)
    page.get_by_label("Tell submitters").check()
    page.get_by_role("button", name="Save").first.click()
    expect(find_message(page)).to_be_visible()
    page.goto("/project/teapot/list/?q=coffee")
    name = read_names(page)[0]
    find_boxes(page).first.check()
    change_selected(page, state="Accepted")
    expect(find_row(page, name)).to_have_count(0)
    call_command("sendnotifications")
    page.goto(re.search(rf"{live_server.url}/project/\S+", mailoutbox[-1].body)[0])
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".state-name")).to_have_text("Accepted")


def test_a_feed_reader_is_given_an_address(visit, maintainer, java_script_enabled):
    page = visit("/user/todo/", user=maintainer, java_script_enabled=java_script_enabled)
    page.get_by_role("link", name="feed of this page").click()
    page.get_by_role("button", name="Make an address").click()
    address = page.locator(".fresh code").inner_text()
    page.goto("/user/todo/feed/")
    assert page.request.get(address).status == 200
    page.get_by_role("button", name="Revoke").click()
    expect(find_message(page)).to_contain_text("no longer opens anything")
    assert page.request.get(address).status == 404
