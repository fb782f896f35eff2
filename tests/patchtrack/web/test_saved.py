"""A user's saved filters."""

import pytest

from patchtrack.models import SavedFilter
from tests.factories import UserFactory

FIELDS = {"name": "mine", "page": "patches", "query": "state=new&q=%3Cb%3E"}


@pytest.fixture
def user(client, project):
    user = UserFactory()
    client.force_login(user)
    return user


def test_a_saved_filter_leads_back_to_its_list(client, user):
    answer = client.post("/project/teapot/filters/", FIELDS)
    assert answer.headers["Location"] == "/project/teapot/list/?state=new&q=%3Cb%3E"
    page = client.get("/project/teapot/").content.decode()
    assert 'href="/project/teapot/list/?state=new&amp;q=%3Cb%3E"' in page


def test_a_filter_of_the_same_name_is_replaced(client, user):
    for query in ("q=a", "q=b"):
        client.post("/project/teapot/filters/", FIELDS | {"query": query})
    assert SavedFilter.objects.get().query == "q=b"


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x" * 51}, {"page": "bogus"}, {"query": "q=" + "x" * 1000}]
)
def test_what_cannot_be_saved_is_said(client, user, fields):
    answer = client.post("/project/teapot/filters/", FIELDS | fields, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert not SavedFilter.objects.exists()


def test_only_who_saved_a_filter_sees_and_forgets_it(client, user):
    client.post("/project/teapot/filters/", FIELDS)
    saved = SavedFilter.objects.get()
    client.force_login(UserFactory(is_superuser=True))
    assert "<bdi>mine</bdi>" not in client.get("/project/teapot/").content.decode()
    assert client.post(f"/filters/{saved.pk}/remove/").status_code == 404
    client.force_login(user)
    client.post(f"/filters/{saved.pk}/remove/")
    assert not SavedFilter.objects.exists()


def test_visitors_save_nothing(client, project):
    assert client.post("/project/teapot/filters/", FIELDS).status_code == 302
    assert not SavedFilter.objects.exists()
