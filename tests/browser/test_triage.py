"""Somebody decides: from the keyboard, about many at once, and takes it back."""

import pytest
from playwright.sync_api import expect

from patchtrack.models import Patch, Profile
from tests.browser.conftest import PHONE
from tests.browser.lists import change_selected, find_boxes, find_message, find_row, read_names

LIST = "/project/teapot/list/"


@pytest.fixture
def states(sample):
    """What the database says of the patches, by their names."""

    def states() -> dict[str, str]:
        return dict(Patch.objects.values_list("message__name", "state__name"))

    return states


def test_triage_by_keyboard(visit, maintainer, states):
    page = visit(LIST, user=maintainer)
    first = read_names(page)[0]
    for key in ("j", "x", "j", "x", "s"):
        page.keyboard.press(key)
    page.keyboard.press("A")
    # Past the delegate and the archive to the button.
    for key in ("Tab", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(find_message(page)).to_contain_text("2 patches are now Accepted")
    expect(find_row(page, first)).to_have_count(0)
    assert [list(states().values()).count(name) for name in ("Accepted", "New")] == [2, 6]


def test_a_patch_is_opened_and_left_by_keyboard(visit, sample):
    page = visit(LIST)
    second = read_names(page)[1]
    for key in ("j", "j", "o"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    expect(page.get_by_role("link", name="back to the list")).to_be_visible()
    page.keyboard.press("u")
    page.wait_for_url(f"**{LIST}")


def test_a_series_is_left_by_keyboard_to_the_list_that_one_came_from(visit, sample):
    page = visit("/project/teapot/?q=pot&state=*")
    for key in ("j", "o"):
        page.keyboard.press(key)
    page.wait_for_url("**/series/**")
    page.keyboard.press("u")
    page.wait_for_url("**/project/teapot/?q=pot&state=%2A")


def test_next_and_previous_in_a_list_over_its_pages_without_a_script(visit, sample):
    query = "?state=*&order=name"
    page = visit(f"{LIST}{query}", java_script_enabled=False)
    names = read_names(page)
    page.get_by_role("link", name=names[0]).click()
    for name in names[1:]:
        page.get_by_role("link", name="in the list →").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("link", name="← in the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(names[-2])
    page.get_by_role("link", name="back to the list").click()
    page.wait_for_url(lambda url: "order=name" in url and url.partition("?")[0].endswith(LIST))


def test_next_and_previous_patch_by_keyboard(visit, sample):
    page = visit("/project/teapot/patch/20260909073000.815-3-ada@example.org/")
    page.keyboard.press("n")
    page.wait_for_url("**815-4-ada@example.org/")
    page.keyboard.press("p")
    page.wait_for_url("**815-3-ada@example.org/")


def test_keys_are_told_and_no_key_is_taken_from_a_field(visit, sample):
    page = visit(LIST)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jokes?")
    expect(page.get_by_label("Text in the name")).to_have_value("jokes?")


def test_a_page_without_a_list_leads_to_the_search_of_all_mail(visit, sample):
    page = visit("/about/")
    page.keyboard.press("/")
    page.keyboard.type("boiling")
    page.keyboard.press("Enter")
    expect(page.locator(".found mark").first).to_have_text("boiling")
    # The keys come with the scripts, and these may come after what is seen.
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text("boil")


def test_a_change_of_many_is_undone(visit, maintainer, states, java_script_enabled):
    before = states()
    page = visit(LIST, user=maintainer, java_script_enabled=java_script_enabled)
    for box in find_boxes(page).all()[:3]:
        box.check()
    change_selected(page, state="Rejected")
    expect(find_message(page)).to_contain_text("3 patches are now Rejected")
    assert list(states().values()).count("Rejected") == 3
    page.get_by_role("button", name="Undo").click()
    expect(find_message(page)).to_contain_text("Undone: 3 patches are as before")
    assert states() == before


def test_shift_selects_all_between(visit, maintainer):
    page = visit(LIST, user=maintainer)
    boxes = find_boxes(page)
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert [box.is_checked() for box in boxes.all()[:6]] == [False, True, True, True, True, False]


def test_all_on_the_page_are_selected_by_one_box_and_all_that_match_by_another(visit, maintainer):
    Profile.objects.update_or_create(user=maintainer, defaults={"page_size": 5})
    page = visit(LIST, user=maintainer)
    page.get_by_label("Select all on this page").check()
    expect(page.locator("output")).to_have_text("5 selected")
    page.get_by_label("All 10 patches that match").check()
    expect(page.locator("output")).to_have_text("all 10 that match")
    page.get_by_label("All 10 patches that match").uncheck()
    expect(page.locator("output")).to_have_text("5 selected")


def test_a_change_does_not_make_the_page_jump(visit, maintainer):
    page = visit(LIST, user=maintainer, viewport={"width": 1280, "height": 300})
    find_boxes(page).last.check()
    change_selected(page, state="Under Review")
    expect(find_message(page)).to_contain_text("1 patch is now Under Review")
    expect(find_boxes(page).last).to_be_in_viewport()


def test_a_change_that_is_refused_says_why_and_keeps_the_selection(visit, maintainer, watch):
    page = visit(LIST, user=maintainer)
    find_boxes(page).first.check()
    page.context.clear_cookies(name="csrftoken")
    change_selected(page, state="Accepted")
    expect(page.get_by_role("alert")).to_contain_text("Please try again. Nothing was changed.")
    expect(find_boxes(page).first).to_be_checked()
    assert "status 403: /project/teapot/change/" in watch.take_faults()


def test_a_server_that_is_away_is_told(visit, maintainer, watch):
    page = visit(LIST, user=maintainer)
    page.route("**/change/", lambda route: route.abort())
    find_boxes(page).first.check()
    change_selected(page, state="Accepted")
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    assert any(fault.startswith("failed:") for fault in watch.take_faults())


def test_long_work_shows_that_it_goes_on(visit, maintainer):
    page = visit(LIST, user=maintainer)
    waiting = []

    def hold(route) -> None:
        waiting.append(route)

    page.route("**/change/", hold)
    find_boxes(page).first.check()
    change_selected(page, state="Accepted")
    expect(page.get_by_role("progressbar", name="At work")).to_be_visible()
    waiting.pop().continue_()
    expect(find_message(page)).to_contain_text("1 patch is now Accepted")
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_two_who_decide_at_the_same_time_both_see_what_happened(visit, maintainer, states):
    one, other = (visit(LIST, user=maintainer) for _ in "ab")
    for page, state in ((one, "Accepted"), (other, "Rejected")):
        find_boxes(page).first.check()
        change_selected(page, state=state)
        expect(find_message(page)).to_be_visible()
    expect(find_message(other)).to_contain_text("somebody else has changed it")
    assert set(states().values()) == {"New", "Accepted"}


def test_enter_in_the_choice_of_a_state_does_what_was_chosen(visit, maintainer):
    page = visit(LIST, user=maintainer)
    for key in ("j", "x", "s"):
        page.keyboard.press(key)
    page.keyboard.press("A")
    page.keyboard.press("Enter")
    expect(find_message(page)).to_contain_text("1 patch is now Accepted")


def test_on_a_phone_the_list_is_seen_at_once(visit, maintainer):
    page = visit(LIST, user=maintainer, viewport=PHONE)
    assert find_boxes(page).first.bounding_box()["y"] < PHONE["height"] * 0.4
    expect(page.get_by_role("group", name="Change the selected")).to_be_hidden()


def test_on_a_phone_the_form_comes_with_a_selection(visit, maintainer, java_script_enabled):
    page = visit(LIST, user=maintainer, viewport=PHONE, java_script_enabled=java_script_enabled)
    find_boxes(page).last.check()
    page.get_by_role("button", name="Change…").click()
    change_selected(page, state="Rejected")
    expect(find_message(page)).to_contain_text("1 patch is now Rejected")


def test_on_a_phone_the_key_for_the_state_opens_the_form(visit, maintainer):
    page = visit(LIST, user=maintainer, viewport=PHONE)
    for key in ("j", "x", "s"):
        page.keyboard.press(key)
    expect(page.get_by_label("State").last).to_be_focused()
