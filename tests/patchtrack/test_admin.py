"""Django's admin shows every table, and lets nobody write what follows from mail."""

import re

import pytest
from django.contrib import admin

from patchtrack.models import (
    Mail,
    Message,
    Patch,
    Person,
    Project,
    Series,
    Thread,
    ThreadToken,
)

admin.autodiscover()
OURS = [model for model in admin.site._registry if model._meta.app_label == "patchtrack"]


def url_of(model, end: str = "") -> str:
    return f"/admin/patchtrack/{model._meta.model_name}/{end}"


@pytest.fixture
def staff(client, admin_user, series):
    client.force_login(admin_user)
    return client


def test_every_table_that_people_may_ask_about_is_there():
    every = set(Mail._meta.apps.get_app_config("patchtrack").get_models())
    # Two only tie messages together, two are of the search, one counts, one tells roughly when what
    # arrived; Project.maintainers' and Bundle's rows show with them.
    assert {model._meta.model_name for model in every - set(OURS)} == {
        Thread._meta.model_name,
        ThreadToken._meta.model_name,
        "arrivalblock",
        "bundlepatch",
        "eventcounter",
        "searchtext",
        "unsearched",
    }


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_table_is_listed_searched_and_shown(staff, model):
    for page in ("", "?q=x"):
        assert staff.get(url_of(model, page)).status_code == 200
    row = model._default_manager.first()
    if row:
        assert staff.get(url_of(model, f"{row.pk}/change/")).status_code == 200


@pytest.mark.parametrize("model", [Mail, Message, Patch])
def test_what_came_by_mail_cannot_be_written(staff, model):
    row = model.objects.first()
    for page in ("add/", f"{row.pk}/delete/"):
        assert staff.get(url_of(model, page)).status_code == 403
    assert staff.post(url_of(model, f"{row.pk}/change/"), {}).status_code == 403


def test_a_lists_queries_do_not_grow_with_its_rows(staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        staff.get(url_of(Message))


@pytest.mark.parametrize("model", [Mail, Message, Patch, Person, Project, Series])
def test_a_row_leads_to_its_page(staff, model):
    form = staff.get(url_of(model, f"{model.objects.first().pk}/change/")).content.decode()
    page = re.search(r'href="([^"]*)" class="viewsitelink"', form)[1]
    assert staff.get(page).status_code == 200
