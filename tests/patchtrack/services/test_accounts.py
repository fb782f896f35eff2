"""Profiles and tokens of users."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser

from patchtrack.models import ApiToken, Profile
from patchtrack.services.accounts import (
    NameTaken,
    add_token,
    change_profile,
    find_profile,
    find_time_zone,
    remove_token,
)
from tests.factories import DATE, UserFactory


@pytest.fixture
def jane(db):
    return UserFactory(username="jane")


def test_nobody_has_the_defaults_without_a_look_into_the_database():
    assert find_profile(AnonymousUser()).page_size == 50


def test_a_user_without_choices_has_the_defaults_for_one_query(jane, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [find_profile(jane).page_size for _ in range(3)] == [50] * 3
    assert not Profile.objects.exists()


def test_a_users_choices_are_found(jane):
    Profile.objects.create(user=jane, page_size=20)
    assert find_profile(jane).page_size == 20


def test_what_was_not_chosen_stays(jane):
    Profile.objects.create(user=jane, looked_at=DATE)
    change_profile(jane, Profile(page_size=20, time_zone="Asia/Tokyo", notifications=False))
    profile = Profile.objects.get()
    assert (profile.page_size, profile.time_zone, profile.notifications, profile.looked_at) == (
        20, "Asia/Tokyo", False, DATE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Asia/Tokyo", ZoneInfo("Asia/Tokyo")),
        ("Asia/Atlantis", UTC),
        ("../../etc/passwd", UTC),
        ("Asia", UTC),
        ("a\0b", UTC),
        ("", UTC),
    ],
)
def test_a_time_zone_that_is_none_is_utc(name, zone):
    assert find_time_zone(name) == zone


def test_a_token_is_kept_as_a_digest_only(jane):
    token = add_token(jane, "laptop")
    assert token not in str(list(ApiToken.objects.values()))


def test_a_users_tokens_have_different_names(jane):
    add_token(jane, "laptop")
    with pytest.raises(NameTaken):
        add_token(jane, "laptop")
    add_token(UserFactory(), "laptop")


def test_a_token_can_be_revoked(jane):
    add_token(jane, "laptop")
    remove_token(ApiToken.objects.get())
    assert not ApiToken.objects.exists()
