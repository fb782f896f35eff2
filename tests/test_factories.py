"""What the factories make is what they say."""

import pytest

from ingest.mail import parse_mail
from patchtrack.models import Patch, Project
from tests.factories import (
    ProjectFactory,
    UserFactory,
    deliver,
    make_diff,
    make_mail,
)


def test_a_mail_with_a_diff_reads_as_a_patch():
    parsed = parse_mail(make_mail(subject="[PATCH] x", diff=make_diff("a/b.c")))
    assert parsed.facts.paths == ("a/b.c",)


def test_equal_arguments_make_equal_mails():
    assert make_mail(subject="x") == make_mail(subject="x") != make_mail(subject="y")


def test_an_empty_header_is_left_out():
    assert b"Subject" not in make_mail(headers={"Subject": ""})


@pytest.mark.django_db
def test_a_delivered_patch_is_in_the_project():
    project = ProjectFactory()
    deliver(project, make_mail(subject="[PATCH] x", diff=make_diff()))
    assert Patch.objects.get().project == project


@pytest.mark.django_db
def test_a_project_gets_its_maintainers():
    jane = UserFactory(username="jane")
    ProjectFactory(maintainers=[jane])
    assert list(Project.objects.get().maintainers.all()) == [jane]
