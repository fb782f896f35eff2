"""Forms in which people decide about patches."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from patchtrack.models import Change, Comment, Event, Patch, Person, Profile, State
from patchtrack.services.changes import change_patches, undo_change
from patchtrack.services.cursors import record_all_cursors
from patchtrack.services.following import find_newest_cursor
from patchtrack.web.deciding import Made, format_made, parse_made
from patchtrack.web.views import lists
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail

LIST = "/project/teapot/list/?state=*"
FORM = "/project/teapot/change/"


@pytest.fixture
def maintainer(client, project, series):
    user = UserFactory(username="maintainer")
    project.maintainers.add(user)
    client.force_login(user)
    return user


def boxes(client, url: str = LIST) -> list[str]:
    """What the boxes of a list say when they are chosen."""
    page = client.get(url).content.decode()
    return [
        unescape(value) for value in re.findall(r'name="(?:patch|series)" value="([^"]*)"', page)
    ]


def send(client, **fields) -> str:
    """Send the form; what the page says then."""
    answer = client.post(FORM, {"back": LIST} | fields, follow=True)
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def states() -> set[str]:
    return set(Patch.objects.values_list("state__slug", flat=True))


def state(slug: str) -> int:
    return State.objects.get(slug=slug).pk


def test_chosen_patches_are_changed_and_one_is_back_in_the_list(client, maintainer):
    answer = client.post(FORM, {"back": LIST, "patch": boxes(client), "state": state("accepted")})
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert states() == {"accepted"}
    assert "2 patches are now Accepted." in client.get(LIST).content.decode()


def test_several_things_are_decided_at_once(client, maintainer):
    text = send(
        client, patch=boxes(client)[:1], delegate=maintainer.pk, archived="yes", state=state("rfc")
    )
    assert "1 patch is now RFC, delegated to maintainer, archived." in text
    assert Patch.objects.filter(delegate=maintainer, archived=True).count() == 1


def test_a_chosen_series_is_all_its_patches(client, maintainer):
    chosen = boxes(client, "/project/teapot/")
    assert "2 patches are now Accepted." in send(client, series=chosen, state=state("accepted"))


def test_a_series_that_somebody_has_changed_since_is_left_alone_and_told_of(
    client, project, maintainer, series
):
    deliver(project, make_mail(subject="[PATCH] tea", message_id="9@x.org", diff=make_diff()))
    chosen = boxes(client, "/project/teapot/")
    Patch.objects.filter(number=1).update(state=state("rejected"))
    text = send(client, series=chosen, state=state("accepted"))
    assert "1 patch is now Accepted." in text
    named = f'<a href="/series/{series.pk}/"><bdi>{series.name}</bdi></a>'
    assert f"“{named}” is <span>New 1</span>, <span>Rejected 1</span>. Decide again" in text
    assert states() == {"new", "rejected", "accepted"}


def test_a_series_that_was_overtaken_goes_into_a_bundle_all_the_same(client, maintainer):
    chosen = boxes(client, "/project/teapot/")
    Patch.objects.filter(number=1).update(state=state("rejected"))
    text = send(client, series=chosen, bundle="tea")
    assert "2 patches are new in your bundle tea." in text
    assert "somebody else" not in text


def test_a_name_is_told_as_text(client, maintainer):
    chosen = boxes(client)
    Patch.objects.update(state=state("rejected"), name="<b>tea</b>")
    page = client.post(FORM, {"patch": chosen, "state": state("accepted")}, follow=True)
    assert "<bdi>&lt;b&gt;tea&lt;/b&gt;</bdi></a>” is Rejected" in page.content.decode()


def test_one_is_told_of_what_somebody_else_has_decided_since(client, maintainer):
    chosen = boxes(client)
    Patch.objects.filter(number=1).update(state=state("rejected"))
    text = send(client, patch=chosen, state=state("accepted"))
    assert "1 patch is now Accepted." in text
    named = f'<a href="/patch/{Patch.objects.get(number=1).pk}/"><bdi>[v2,1/3] Part 1</bdi></a>'
    assert f"“{named}” is Rejected. Decide again if you still want to." in text


def all_that_match(query: str = "state=*", *, made: timedelta = timedelta(), **wanted) -> dict:
    """The fields of a list of all there is, which was made so long ago, with the box for all of
    it."""
    record_all_cursors()
    second = int((timezone.now() - made).timestamp())
    shown = Made(cursor=find_newest_cursor(), second=second)
    return {"all": "yes", "query": query, "made": format_made(shown)} | wanted


def test_all_that_match_are_changed(client, maintainer):
    Patch.objects.filter(number=1).update(archived=True)
    fields = all_that_match("state=*&archive=true", state=state("accepted"))
    assert "1 patch is now Accepted." in send(client, **fields)


def test_all_series_that_match_are_changed_with_all_their_patches(client, maintainer):
    Patch.objects.filter(number=1).update(state=state("rfc"))
    fields = all_that_match("state=rfc", all="series", state=state("accepted"))
    assert "2 patches are now Accepted." in send(client, **fields)


@pytest.fixture
def decide(project, series):
    """Somebody else decides about part 1 of the series; the change's id."""
    other = UserFactory(username="other", is_superuser=True)
    patch = Patch.objects.get(number=1).pk
    return lambda **wanted: change_patches(other, project, [patch], wanted).undo


@pytest.mark.parametrize("numbered", [True, False])
def test_of_all_that_match_none_is_changed_that_somebody_else_has_decided_since(
    client, maintainer, decide, numbered
):
    fields = all_that_match(state=state("accepted"))
    decide(state_id=state("rejected"))
    if numbered:
        record_all_cursors()
    text = send(client, **fields)
    assert "1 patch is now Accepted." in text
    assert "Part 1</bdi></a>” is Rejected. Decide again if you still want to." in text
    assert states() == {"rejected", "accepted"}


def test_of_all_series_that_match_none_is_changed_of_which_a_patch_was_decided_about(
    client, project, maintainer, decide
):
    deliver(project, make_mail(subject="[PATCH] tea", message_id="9@x.org", diff=make_diff()))
    fields = all_that_match(all="series", state=state("accepted"))
    decide(state_id=state("rejected"))
    text = send(client, **fields)
    assert "1 patch is now Accepted." in text
    assert "is <span>New 1</span>, <span>Rejected 1</span>. Decide again" in text
    assert states() == {"new", "rejected", "accepted"}


@pytest.mark.parametrize(
    ("decided", "wanted"),
    [("state_id", {"state": "1"}), ("archived", {"archived": "no"})],
)
def test_neither_is_what_took_long_to_be_decided(client, maintainer, decide, decided, wanted):
    """It was begun before the list was made, and could not be seen in it."""
    fields = all_that_match("state=*&archive=both", **wanted)
    decide(**{decided: state("rejected") if decided == "state_id" else True})
    for table in (Event, Change):
        table.objects.update(date=timezone.now() - timedelta(hours=1))
    assert "somebody else has changed it since you saw it" in send(client, **fields)


@pytest.mark.parametrize(
    ("decided", "wanted"),
    [("delegate_id", {"delegate": "-"}), ("archived", {"archived": "no"})],
)
def test_neither_is_any_other_thing_that_was_decided_since(
    client, maintainer, decide, decided, wanted
):
    Patch.objects.filter(number=3).update(delegate=maintainer, archived=True)
    fields = all_that_match("state=*&archive=both", **wanted)
    decide(**{decided: maintainer.pk if decided == "delegate_id" else True})
    text = send(client, **fields)
    assert "1 patch is now" in text
    assert "somebody else has changed it since you saw it" in text
    assert getattr(Patch.objects.get(number=1), decided)


def test_a_large_change_is_not_asked_about_anew(client, maintainer, decide, monkeypatch):
    monkeypatch.setattr("patchtrack.web.views.changes.MOST_UNASKED", 1)
    page = client.post(FORM, all_that_match(state=state("accepted"))).content.decode()
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    decide(state_id=state("rejected"))
    assert "Part 1</bdi></a>” is Rejected." in send(client, **sent)


def find_made(client) -> Made:
    """What a list says of when it was made."""
    [made] = re.findall('name="made" value="([^"]*)"', client.get(LIST).content.decode())
    return parse_made({"made": made})


def test_a_list_tells_in_its_form_when_it_was_made(client, maintainer):
    Profile.objects.create(user=maintainer, page_size=1)
    record_all_cursors()
    made = find_made(client)
    assert made.cursor == find_newest_cursor() > 0
    assert abs(timezone.now().timestamp() - made.second) < 3600


def test_what_is_decided_while_a_list_is_read_counts_as_decided_since(
    client, maintainer, decide, monkeypatch
):
    def find_later(*args):
        decide(state_id=state("rejected"))
        record_all_cursors()
        return find(*args)

    find = lists.find_patches
    Profile.objects.create(user=maintainer, page_size=1)
    monkeypatch.setattr(lists, "find_patches", find_later)
    assert find_made(client).cursor < find_newest_cursor()


@pytest.mark.parametrize("decided", [{"state_id": 4}, {"archived": True}])
def test_what_was_decided_before_the_list_was_made_is_no_hindrance(
    client, maintainer, decide, decided
):
    decide(**decided)
    fields = all_that_match("state=*&archive=both", state=state("accepted"), archived="no")
    assert "2 patches are now Accepted, not archived." in send(client, **fields)


def undo_all(decision: int) -> None:
    undo_change(Change.objects.get(pk=decision).user, decision)


def test_neither_is_what_one_has_decided_oneself_or_what_was_undone(client, maintainer, decide):
    fields = all_that_match(state=state("accepted"), archived="yes")
    send(client, patch=boxes(client)[:1], state=state("rfc"))
    undo_all(decide(state_id=state("rejected"), archived=True))
    assert "2 patches are now Accepted, archived." in send(client, **fields)


@pytest.mark.parametrize(
    ("decided", "wanted"),
    [({"state_id": 4}, {"state": "4"}), ({"archived": True}, {"archived": "yes"})],
)
def test_what_somebody_else_has_undone_since_is_not_overwritten(
    client, maintainer, decide, decided, wanted
):
    decision = decide(**decided)
    fields = all_that_match("state=*", **wanted)
    undo_all(decision)
    assert "somebody else has changed it since you saw it" in send(client, **fields)
    assert Patch.objects.filter(**decided).count() == 1


def test_a_patch_that_came_after_the_list_was_made_is_left_alone(client, project, maintainer):
    fields = all_that_match(archived="yes", bundle="tea")
    deliver(project, make_mail(subject="[PATCH] tea", diff=make_diff()))
    text = send(client, **fields)
    assert "1 patch that came after the list was made is left as it is." in text
    assert "2 patches are new in your bundle tea." in text
    assert Patch.objects.get(archived=False).name == "tea"


def test_so_is_a_series(client, project, maintainer):
    fields = all_that_match(all="series", archived="yes")
    parts = [f"[PATCH {number}/2] tea" for number in (1, 2)]
    deliver(project, *[make_mail(subject=subject, diff=make_diff()) for subject in parts])
    text = send(client, **fields)
    assert "2 patches that came after the list was made are left as they are." in text
    assert Patch.objects.filter(archived=True).count() == 2


def test_a_series_that_a_patch_was_added_to_is_left_alone_and_told_of(client, project, maintainer):
    fields = all_that_match(all="series", archived="yes")
    added = make_mail(
        subject="[PATCH v2 2/3] Part 2", in_reply_to="0@example.org", diff=make_diff()
    )
    deliver(project, added)
    assert "is <span>New</span>. Decide again" in send(client, **fields)
    assert not Patch.objects.filter(archived=True).exists()


def test_nothing_is_decided_about_all_that_match_what_is_not_understood(client, maintainer):
    fields = all_that_match("state=*&since=31.12.2019", state=state("accepted"))
    assert "A filter of this list was not understood" in send(client, **fields)
    assert states() == {"new"}


def test_a_list_of_yesterday_is_to_be_reloaded(client, maintainer):
    fields = all_that_match(made=timedelta(hours=25), state=state("accepted"))
    assert "older than a day; please reload" in send(client, **fields)
    assert states() == {"new"}


def test_a_list_of_several_pages_offers_all_that_match(client, project, maintainer):
    Profile.objects.create(user=maintainer, page_size=1)
    deliver(project, make_mail(subject="[PATCH] tea", message_id="9@x.org", diff=make_diff()))
    assert "All 2 series that match" in client.get("/project/teapot/").content.decode()
    assert "All 3 patches that match" in client.get(LIST).content.decode()


def test_a_large_change_is_asked_about(client, maintainer, monkeypatch):
    monkeypatch.setattr("patchtrack.web.views.changes.MOST_UNASKED", 1)
    fields = {"patch": boxes(client), "state": str(state("accepted")), "back": LIST}
    page = client.post(FORM, fields).content.decode()
    assert "Change 2 patches?" in page
    assert states() == {"new"}
    sent = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    again = {name: [unescape(v) for n, v in sent if n == name] for name, _ in sent}
    client.post(FORM, again)
    assert states() == {"accepted"}


def test_a_change_is_undone(client, maintainer):
    page = send(client, patch=boxes(client), state=state("accepted"))
    url = re.search(r'action="(/change/\d+/undo/)"', page)[1]
    text = client.post(url, {"back": LIST}, follow=True).content.decode()
    assert "Undone: 2 patches are as before." in text
    assert states() == {"new"}


def test_what_was_undone_cannot_be_undone_again(client, maintainer):
    text = client.post("/change/4711/undo/", {"back": LIST}, follow=True).content.decode()
    assert "This was undone already" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose patches"),
        ({"state": "1"}, "Choose patches"),
        ({"patch": "1:1:-:0"}, "Choose patches"),
        ({"patch": "1:1", "state": "1"}, "not as we sent it"),
        ({"patch": "x", "state": "1"}, "not as we sent it"),
        ({"series": "1:x", "state": "1"}, "not as we sent it"),
        ({"all": "yes", "state": "1"}, "not as we sent it"),
        ({"all": "yes", "made": "1:x", "state": "1"}, "not as we sent it"),
        # As it was sent until it had a cursor; of this one no database could have made a date.
        ({"all": "yes", "made": "0001-01-01T00:00:00+23:59", "state": "1"}, "not as we sent it"),
        ({"patch": "1:1:-:0", "state": "4711"}, "state is not offered"),
        ({"patch": "1:1:-:0", "delegate": "4711"}, "delegate is not offered"),
        ({"patch": "1:1:-:0", "archived": "perhaps"}, "archived or it is not"),
    ],
)
def test_a_form_that_says_nothing_clear_changes_nothing(client, maintainer, fields, said):
    assert said in send(client, **fields)
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "back", ["https://evil.example.org/", "//evil.example.org", "javascript:1"]
)
def test_the_way_back_leads_to_no_other_site(client, maintainer, back):
    answer = client.post(FORM, {"back": back})
    assert answer.headers["Location"] == "/project/teapot/list/"


def test_a_state_that_the_project_hides_is_not_taken(client, project, maintainer):
    project.hidden_states.add(state("rfc"))
    text = send(client, patch=boxes(client), state=state("rfc"))
    assert "state is not offered" in text
    assert states() == {"new"}


def test_a_stranger_is_told_that_the_patches_are_not_theirs(client, series):
    client.force_login(UserFactory())
    assert "2 patches are not yours to change." in send(
        client, patch=boxes(client), state=state("accepted")
    )
    assert states() == {"new"}


def test_who_is_not_logged_in_has_no_form_and_cannot_send_one(client, series):
    assert boxes(client) == []
    answer = client.post(FORM, {"state": state("accepted")})
    assert (answer.status_code, "login" in answer.headers["Location"]) == (302, True)


@pytest.mark.parametrize("url", [FORM, "/change/1/undo/", "/comment/1/addressed/"])
def test_nothing_is_changed_without_the_token_of_our_form(series, url):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory(is_superuser=True))
    assert strict.post(url, {"state": state("accepted")}).status_code == 403
    assert strict.get(url).status_code == 405


# Comments that ask for action.


@pytest.fixture
def asking(project, series) -> Comment:
    mail = make_mail(
        subject="Re: [PATCH v2 1/3] Part 1",
        sender="Reviewer d <d@example.org>",
        message_id="d@example.org",
        in_reply_to="1@example.org",
        headers={"X-Patchwork-Action-Required": "yes"},
    )
    deliver(project, mail)
    return Comment.objects.get(message__message_id="d@example.org")


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("submitter", True),
        ("author", True),
        ("delegate", True),
        ("maintainer", True),
        ("superuser", True),
        ("stranger", False),
        ("maintainer elsewhere", False),
    ],
)
def test_who_may_say_that_it_is_done(client, project, asking, who, may):
    user = UserFactory(is_superuser=who == "superuser")
    addresses = {"submitter": "alice@example.org", "author": "d@example.org"}
    Person.objects.filter(address=addresses.get(who, "")).update(user=user)
    if who == "delegate":
        Patch.objects.update(delegate=user)
    elif who.startswith("maintainer"):
        (project if who == "maintainer" else ProjectFactory()).maintainers.add(user)
    client.force_login(user)
    answer = client.post(f"/comment/{asking.pk}/addressed/", {"addressed": "yes"})
    assert answer.status_code == (302 if may else 403)
    assert Comment.objects.get(pk=asking.pk).addressed is may


def test_what_is_done_can_be_taken_back(client, maintainer, asking):
    for said, expected in (("yes", True), ("no", False)):
        answer = client.post(f"/comment/{asking.pk}/addressed/", {"addressed": said})
        assert answer.headers["Location"] == f"/project/teapot/patch/1@example.org/#{asking.pk}"
        assert Comment.objects.get(pk=asking.pk).addressed is expected


def test_a_comment_that_asks_for_nothing_is_not_addressed(client, maintainer, series):
    comment = Comment.objects.first()
    answer = client.post(f"/comment/{comment.pk}/addressed/", {"addressed": "yes"})
    assert answer.status_code == 404
    assert Comment.objects.get(pk=comment.pk).addressed is None
