"""What the tests of pages and services share."""

import pytest

from patchtrack.models import Project, Series
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.git import Repository


@pytest.fixture
def project(db):
    return add_teapot()


def add_teapot() -> Project:
    return ProjectFactory(linkname="teapot", name="Teapot")


@pytest.fixture
def repository(tmp_path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def admin_user(db):
    return UserFactory(username="admin", is_staff=True, is_superuser=True)


@pytest.fixture
def series(project) -> Series:
    return add_series(project)


def add_series(project: Project) -> Series:
    """Part 1 and 3 of 3 with their cover, and comments: two on part 1, one on the cover.

    Message-ids are 0@example.org to 3@example.org; comments are a@, b@ and c@example.org.
    """
    parts = [
        make_mail(
            subject=f"[PATCH v2 {number}/3] Part {number}",
            message_id=f"{number}@example.org",
            in_reply_to="0@example.org" if number else "",
            body=f"This is part {number}.\n",
            diff=make_diff(f"part{number}.c") if number else "",
        )
        for number in (0, 1, 3)
    ]
    answers = [
        make_mail(
            subject=f"Re: [PATCH v2 {to[0]}/3] Part {to[0]}",
            sender=f"Reviewer {own} <{own}@example.org>",
            message_id=f"{own}@example.org",
            in_reply_to=f"{to}@example.org",
            body=f"> quoted\n\nComment {own}.\n\nReviewed-by: Reviewer {own} <{own}@example.org>\n",
        )
        for own, to in (("a", "1"), ("b", "a"), ("c", "0"))
    ]
    deliver(project, *parts, *answers)
    return Series.objects.get(project=project)
