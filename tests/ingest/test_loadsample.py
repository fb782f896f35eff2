"""`loadsample` fills an empty database with a project worth looking at."""

import pytest
from django.core.management import call_command

from patchtrack.models import Comment, Cover, Mail, Outcome, Patch, Project, Series
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


def test_the_sample_has_one_of_everything():
    call_command("loadsample", verbosity=0)
    assert Project.objects.get().linkname == "teapot"
    assert (Cover.objects.count(), Patch.objects.count(), Comment.objects.count()) == (2, 10, 7)
    assert list(Series.objects.filter(complete=False).values_list("name", flat=True)) == [
        "cup: describe a cup"
    ]
    assert Series.objects.get(version=2).previous or Series.objects.filter(
        lineage=Series.objects.get(version=2).lineage
    ).count() == 2  # fmt: skip
    assert Patch.objects.exclude(pull_url="").count() == 1


def test_every_mail_of_the_sample_is_stored():
    call_command("loadsample")
    assert set(Mail.objects.values_list("outcome", flat=True)) == {Outcome.STORED}


def test_loading_it_again_changes_nothing():
    call_command("loadsample")
    mails = Mail.objects.count()
    call_command("loadsample")
    assert Mail.objects.count() == mails


def test_if_empty_leaves_other_projects_alone():
    ProjectFactory()
    call_command("loadsample", "--if-empty")
    assert not Mail.objects.exists()
