"""Administrators find the mails that did not become a message, and why."""

import pytest
from django.test import Client
from django.utils import timezone

from ingest.incoming import Delivery
from ingest.receive import receive
from patchtrack.models import Discard, Mail, Message, Outcome
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail


@pytest.fixture
def admin(client, admin_user):
    client.force_login(admin_user)
    return client


def lose(*names: object) -> list[int]:
    """Mails for nobody; the ids of all of them that are kept."""
    header = {"List-Id": "<nowhere.example.org>"}
    mails = [make_mail(subject=f"[PATCH] Lost {name}", headers=header) for name in names]
    receive([Delivery(raw=raw, received_at=DATE) for raw in mails])
    return list(Mail.objects.filter(outcome=Outcome.UNROUTED).values_list("pk", flat=True))


@pytest.fixture
def aside(project) -> None:
    """One mail that is none, one for nobody, and two that differ under one message-id."""
    lose("by the list")
    receive([Delivery(raw=b"no mail\n", received_at=DATE)])
    for body in ("one\n", "two\n"):
        deliver(project, make_mail(message_id="1@example.org", body=body, diff=make_diff()))


def test_mails_set_aside_are_listed_with_their_reason(admin, aside):
    page = admin.get("/mail/").content.decode()
    for said in ("no header field was found", "no project for list id nowhere.example.org",
                 "[PATCH] Lost", "conflict"):  # fmt: skip
        assert said in page


def test_one_outcome_can_be_asked_for(admin, aside):
    page = admin.get("/mail/?outcome=unrouted").content.decode()
    assert "nowhere.example.org" in page
    assert "no header field" not in page


def test_a_mail_can_be_read_as_it_came(admin, aside):
    mail = Mail.objects.get(outcome=Outcome.QUARANTINED)
    assert admin.get(f"/mail/{mail.pk}/raw/").content == b"no mail\n"


@pytest.mark.parametrize("said", ["1@example.org", "<1@example.org>"])
def test_a_message_is_found_by_its_id(admin, aside, said):
    page = admin.get("/mail/", {"q": said}).content.decode()
    assert 'href="/project/teapot/patch/1@example.org/"' in page


def test_a_message_that_never_came_is_not_found(admin, project):
    assert "No project has a message" in admin.get("/mail/?q=2@example.org").content.decode()


def test_the_list_takes_a_fixed_number_of_queries(admin, aside, django_assert_num_queries):
    with django_assert_num_queries(7):
        admin.get("/mail/?q=1@example.org")
    ProjectFactory.create_batch(3)
    lose(*range(20))
    with django_assert_num_queries(7):
        admin.get("/mail/?q=1@example.org")


@pytest.mark.parametrize("page", ["/mail/", "/mail/1/", "/mail/1/raw/", "/mail/decide/"])
@pytest.mark.parametrize("user", [None, "jane"])
def test_others_are_asked_to_log_in(client, aside, page, user):
    if user:
        client.force_login(UserFactory(username=user))
    assert client.get(page).headers["Location"].startswith("/admin/login/")


def test_only_staff_sees_the_way_there(client, project, admin_user):
    assert 'href="/mail/"' not in client.get("/").content.decode()
    client.force_login(admin_user)
    assert 'href="/mail/"' in client.get("/").content.decode()


def decide(client, action: str, *mails: int, **said: object) -> str:
    """Press a button of the list with these mails chosen, and go where that leads."""
    form = {"action": action, "mail": mails, **said}
    return client.post("/mail/decide/", form, follow=True).content.decode()


def test_a_mail_shows_its_reason_and_its_text(admin, aside):
    [lost] = lose()
    page = admin.get(f"/mail/{lost}/").content.decode()
    assert "no project for list id nowhere.example.org" in page
    assert "Subject: [PATCH] Lost by the list" in page


def test_copies_stand_side_by_side_with_what_differs_marked(admin, aside):
    conflict = Mail.objects.get(outcome=Outcome.CONFLICT)
    page = admin.get(f"/mail/{conflict.pk}/").content.decode()
    shown, other = page.split("Another copy")
    texts = {"<mark>one</mark>", "<mark>two</mark>"}
    assert "The copy shown" in shown
    assert {text for text in texts if text in shown} | {
        text for text in texts if text in other
    } == texts
    assert page.count("<mark>") == 2


def test_a_mail_without_a_message_id_of_ours_is_not_found(admin, project):
    assert admin.get("/mail/4711/").status_code == 404


def test_a_mail_is_read_again(admin, project):
    [lost] = lose("once")
    ProjectFactory(list_id="nowhere.example.org")
    assert "Read again: 1 stored." in decide(admin, "retry", lost)
    assert Message.objects.get().copies.get().pk == lost


def test_a_mail_that_still_cannot_be_understood_goes_on_waiting(admin, project):
    [lost] = lose("for good")
    assert "Read again: 1 unrouted." in decide(admin, "retry", lost)
    assert "Lost for good" in admin.get("/mail/").content.decode()


def test_a_mail_is_routed_to_a_project(admin, project):
    lost, other = lose("one", "other")
    decide(admin, "route", lost, project="teapot")
    assert Message.objects.get().project == project
    assert Mail.objects.get(pk=other).outcome == Outcome.UNROUTED


def test_a_project_must_be_named(admin, project):
    assert "Choose the project" in decide(admin, "route", *lose("one"), project="nowhere")
    assert not Message.objects.exists()


def test_a_decision_on_a_mails_own_page_leads_back_to_it(admin, project):
    [lost] = lose("one")
    page = decide(admin, "route", lost, project="teapot", back="mail")
    assert f"<h1>Mail {lost}</h1>" in page
    assert "Lost one</bdi>" in page


def test_discarding_asks_first(admin, project):
    [lost] = lose("one")
    assert "Discard 1 mail?" in decide(admin, "discard", lost)
    assert not Discard.objects.exists()


def test_a_discarded_mail_waits_no_more_but_is_kept(admin, project):
    [lost] = lose("one")
    decide(admin, "discard", lost, confirmed="yes")
    assert "Lost one" not in admin.get("/mail/").content.decode()
    assert "discarded by admin" in admin.get("/mail/?outcome=discarded").content.decode()
    assert b"Lost one" in admin.get(f"/mail/{lost}/raw/").content


def test_a_discarded_mail_is_taken_back(admin, project):
    [lost] = lose("one")
    decide(admin, "discard", lost, confirmed="yes")
    decide(admin, "restore", lost)
    assert "Lost one" in admin.get("/mail/").content.decode()


def test_all_mails_of_the_page_can_be_chosen_at_once(admin, project):
    lost = lose("one", "other")
    page = admin.get("/mail/").content.decode()
    assert page.count('name="listed"') == 2
    decide(admin, "route", project="teapot", listed=lost, every="yes")
    assert Message.objects.count() == 2


def test_nothing_chosen_is_said(admin, project):
    assert "No mail was chosen." in decide(admin, "retry")
    assert "No mail was chosen." in decide(admin, "retry", "x", "9" * 30)


def test_decisions_are_not_for_reading(admin, project):
    assert admin.get("/mail/decide/").status_code == 405


@pytest.mark.parametrize("action", ["retry", "route", "discard", "seen", "restore"])
@pytest.mark.parametrize("user", [None, "jane", "maintainer"])
def test_others_decide_nothing(client, project, aside, action, user):
    if user:
        jane = UserFactory(username=user)
        if user == "maintainer":
            project.maintainers.add(jane)
        client.force_login(jane)
    mails = list(Mail.objects.values_list("pk", flat=True))
    form = {"action": action, "mail": mails, "project": "teapot", "confirmed": "yes"}
    assert client.post("/mail/decide/", form).headers["Location"].startswith("/admin/login/")
    assert Message.objects.count() == 1
    assert not Discard.objects.exists()


def test_a_conflict_that_was_seen_is_listed_no_more_but_kept(admin, aside):
    conflict = Mail.objects.get(outcome=Outcome.CONFLICT)
    place = f'href="/mail/{conflict.pk}/"'
    assert place in admin.get("/mail/").content.decode()
    assert "Seen: 1." in decide(admin, "seen", conflict.pk)
    assert place not in admin.get("/mail/").content.decode()
    assert "seen by admin" in admin.get("/mail/?outcome=discarded").content.decode()


def test_a_conflict_that_was_seen_is_taken_back(admin, aside):
    conflict = Mail.objects.get(outcome=Outcome.CONFLICT)
    decide(admin, "seen", conflict.pk)
    assert 'value="restore"' in admin.get(f"/mail/{conflict.pk}/").content.decode()
    decide(admin, "restore", conflict.pk)
    assert not Discard.objects.exists()


def test_a_conflict_is_seen_but_never_routed_or_discarded(admin, aside):
    conflict = Mail.objects.get(outcome=Outcome.CONFLICT)
    page = admin.get(f"/mail/{conflict.pk}/").content.decode()
    assert [
        action for action in ("retry", "route", "discard", "seen") if f'"{action}"' in page
    ] == ["seen"]
    decide(admin, "discard", conflict.pk, confirmed="yes")
    assert not Discard.objects.exists()


def test_a_mails_page_takes_a_fixed_number_of_queries(admin, aside, django_assert_num_queries):
    conflict = Mail.objects.get(outcome=Outcome.CONFLICT)
    with django_assert_num_queries(5):
        admin.get(f"/mail/{conflict.pk}/")
    ProjectFactory.create_batch(3)
    for body in ("three\n", "four\n"):
        deliver(conflict.project, make_mail(message_id="1@example.org", body=body))
    with django_assert_num_queries(5):
        admin.get(f"/mail/{conflict.pk}/")


def test_a_decision_needs_the_token_of_its_form(admin_user, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post("/mail/decide/", {"action": "retry"}).status_code == 403


def test_the_plot_tells_its_numbers_to_those_who_do_not_see_it(admin, aside):
    today = timezone.now()
    Mail.objects.filter(outcome=Outcome.UNROUTED).update(received_at=today)
    page = admin.get("/mail/").content.decode()
    assert f'aria-label="1 unrouted in 30 days, at most 1 on {today.day} {today:%b}"' in page
    assert f'<th scope="row">{today:%a} {today.day} {today:%b %Y}</th>' in page
