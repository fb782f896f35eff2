"""Administrators find the mails that did not become a message, and why."""

import pytest

from ingest.incoming import Delivery
from ingest.receive import receive
from patchtrack.models import Mail, Outcome
from tests.factories import DATE, UserFactory, deliver, make_diff, make_mail


@pytest.fixture
def admin(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def aside(project) -> None:
    """One mail that is none, one for nobody, and two that differ under one message-id."""
    lost = make_mail(subject="[PATCH] Lost", headers={"List-Id": "<nowhere.example.org>"})
    receive([Delivery(raw=raw, received_at=DATE) for raw in (b"no mail\n", lost)])
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


def test_the_list_takes_a_fixed_number_of_queries(admin, aside, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        admin.get("/mail/?q=1@example.org")


@pytest.mark.parametrize("page", ["/mail/", "/mail/1/raw/"])
@pytest.mark.parametrize("user", [None, "jane"])
def test_others_are_asked_to_log_in(client, aside, page, user):
    if user:
        client.force_login(UserFactory(username=user))
    assert client.get(page).headers["Location"].startswith("/admin/login/")


def test_only_staff_sees_the_way_there(client, project, admin_user):
    assert 'href="/mail/"' not in client.get("/").content.decode()
    client.force_login(admin_user)
    assert 'href="/mail/"' in client.get("/").content.decode()
