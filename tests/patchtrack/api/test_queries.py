"""Lists take a fixed number of queries, however much they tell."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Comment, Cover, Patch
from patchtrack.services.bundles import BundleWish, make_bundle
from patchtrack.services.changes import change_patches
from patchtrack.services.checks import NewCheck, add_check
from patchtrack.services.cursors import record_all_cursors
from patchtrack.services.relations import add_related
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.patchtrack.conftest import add_series, add_teapot

LISTS = [
    "projects/",
    "users/",
    "people/",
    "patches/",
    "patches/?project=teapot&submitter=alice@example.org&state=new&series={series}&delegate=maintainer",
    "patches/{patch}/checks/",
    "patches/{patch}/checks/?user=maintainer",
    "patches/{patch}/comments/",
    "covers/",
    "covers/{cover}/comments/",
    "series/",
    "series/?project=teapot&submitter=alice@example.org",
    "series/?project=teapot&state=new&delegate=maintainer&check=success&path=1.c&received_since=2020-01-01",
    "series/?expand=patches,cover_letter,comments",
    "series/?q=o&project=teapot&submitter=alice@example.org",
    "patches/?q=pour+o&project=teapot",
    "series/{series}/checks/",
    "bundles/",
    "events/",
    "events/?project=teapot&category=patch-created&patch={patch}",
    "events/?series={series}",
    "events/?cover={cover}",
    "events/?after=0&per_page=250",
    "events/?after=0&project=teapot&category=patch-created&patch={patch}",
]
DETAILS = [
    "",
    "projects/teapot/",
    "patches/{patch}/",
    "patches/{patch}/comments/{comment}/",
    "covers/{cover}/",
    "series/{series}/",
    "series/{series}/?expand=patches,cover_letter,comments",
]


def add_more(project, maintainer, number: int) -> None:
    """As many more of everything that a list might tell of."""
    ProjectFactory.create_batch(number)
    project.maintainers.add(*UserFactory.create_batch(number))
    deliver(
        project,
        *(
            make_mail(
                subject=f"[PATCH v2 {count}/3] More",
                sender=f"P{count} <p{count}@example.org>",
                in_reply_to="0@example.org",
                body="More.\n\nDepends-on: <1@example.org>\n",
                diff=make_diff(f"{count}.c"),
            )
            for count in range(4, 4 + number)
        ),
        *(
            make_mail(
                subject=f"[PATCH 0/{count + 1}] Series {count}",
                body=f"{count}\n\nDepends-on: <1@example.org>\n",
            )
            for count in range(1, number)
        ),
        *(
            make_mail(subject="Re: more", in_reply_to=f"{to}@example.org", body=f"{count}\n")
            for count in range(number)
            for to in "013"
        ),
    )
    patches = list(Patch.objects.values_list("pk", flat=True))
    for patch in patches:
        add_check(maintainer, patch, NewCheck(state=1, context=f"ci{number}"))
    make_bundle(maintainer, BundleWish(name=f"bundle {number}", patches=patches))
    add_related(maintainer, patches[0], patches[1:])
    decided = {"delegate_id": maintainer.pk, "archived": number > 1}
    change_patches(maintainer, project, patches, decided)
    record_all_cursors()


def count(client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(queries)


@pytest.fixture(scope="module")
def counts(module_db) -> dict[str, tuple[int, int]]:
    """By path, how many queries it took when there was little and when there was much."""
    project, maintainer = add_teapot(), UserFactory(username="maintainer")
    project.maintainers.add(maintainer)
    series = add_series(project)
    add_more(project, maintainer, 1)
    ids = {
        "patch": Patch.objects.get(number=1).pk,
        "cover": Cover.objects.get(message__message_id="0@example.org").pk,
        "comment": Comment.objects.get(message__message_id="a@example.org").pk,
        "series": series.pk,
    }
    client = Client()
    client.force_login(maintainer)
    paths = {path: f"/api/{path.format(**ids)}" for path in LISTS + DETAILS}
    few = {path: count(client, url) for path, url in paths.items()}
    add_more(project, maintainer, 20)
    return {path: (few[path], count(client, url)) for path, url in paths.items()}


@pytest.mark.parametrize("path", LISTS + DETAILS)
def test_queries_do_not_grow(counts, path):
    few, many = counts[path]
    # Who asks takes two queries more: the session, and the user.
    assert few == many <= 10 + 2
