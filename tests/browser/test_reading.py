"""Somebody reads: finds a series, goes through its patches, and takes them along."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.lists import read_names

HEATER = "/project/teapot/patch/20260909073000.815-3-ada@example.org/"


def test_a_list_is_filtered(visit, sample, java_script_enabled):
    page = visit("/project/teapot/", java_script_enabled=java_script_enabled)
    page.get_by_label("Text in the name").fill("cup")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/project/teapot/?q=cup*")
    assert read_names(page) == ["cup: describe a cup"]


def test_a_filter_is_removed_by_its_chip(visit, sample, java_script_enabled):
    page = visit("/project/teapot/?q=cup", java_script_enabled=java_script_enabled)
    page.get_by_role("link", name="text: cup").click()
    expect(page.get_by_role("link", name="text: cup")).to_have_count(0)
    assert len(read_names(page)) == 6


def test_from_the_list_to_the_series_to_the_patch_to_the_next(visit, sample, java_script_enabled):
    page = visit("/", java_script_enabled=java_script_enabled)
    page.get_by_role("link", name="Teapot", exact=True).click()
    page.get_by_role("row", name="v2").get_by_role("link", name="Stop the pot").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop the pot from boiling dry v2")
    page.get_by_role("link", name="sensor: read the water level").click()
    page.get_by_role("link", name="next →").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("heater: do not boil dry"))


@pytest.mark.parametrize(("link", "name"), [("mbox", ".patch"), ("diff", ".diff")])
def test_a_patch_is_downloaded(visit, sample, link, name):
    page = visit(HEATER)
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    assert download.value.suggested_filename == f"v2-2-3-heater-do-not-boil-dry{name}"
    assert b"diff --git" in download.value.path().read_bytes()


def test_a_file_of_the_diff_is_folded(visit, sample, java_script_enabled):
    page = visit(HEATER, java_script_enabled=java_script_enabled)
    file = page.locator("details.file").first
    expect(file.locator(".lines")).to_be_visible()
    file.locator("summary").click()
    expect(file.locator(".lines")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_dark_is_dark_and_light_is_light(visit, sample, scheme, is_dark):
    page = visit(HEATER, color_scheme=scheme)
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", color))) < 64) is is_dark


def test_on_a_phone_a_row_is_a_card(visit, sample):
    page = visit("/project/teapot/", viewport=PHONE)
    expect(page.locator("thead")).to_be_hidden()
    card = page.locator("tbody tr").first
    name, state = card.locator(".name").bounding_box(), card.locator(".state").bounding_box()
    assert state["y"] >= name["y"] + name["height"]


def test_the_first_key_leads_to_the_content(visit, sample):
    page = visit("/project/teapot/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main")


@pytest.mark.parametrize("name", ["Filter, sort…", "Menu"])
def test_on_a_phone_what_has_no_room_is_in_a_sheet(visit, maintainer, java_script_enabled, name):
    options = {"viewport": PHONE, "java_script_enabled": java_script_enabled}
    page = visit("/project/teapot/", user=maintainer, **options)
    inside = page.get_by_role(
        "button", name={"Menu": "Log out", "Filter, sort…": "Filter"}[name], exact=True
    )
    expect(inside).to_be_hidden()
    page.get_by_role("button", name=name).click()
    expect(inside).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(inside).to_be_hidden()


def test_on_a_tablet_a_name_has_room(visit, maintainer):
    page = visit("/project/teapot/list/", user=maintainer, viewport={"width": 800, "height": 1000})
    assert page.locator(".list tbody .name").first.bounding_box()["width"] > 400
