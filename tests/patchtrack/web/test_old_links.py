"""Addresses of Patchwork, wherever they stand, lead to the same thing here."""

import configparser

import pytest

from patchtrack.models import Bundle, BundlePatch, Message, Patch, Series, State
from tests.factories import UserFactory
from tests.patchtrack.api.shared import project, series

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db

PATCH = "/project/teapot/patch/1@example.org"
COVER = "/project/teapot/cover/0@example.org"
LIST = "/project/teapot/list/"

# Links, and where they lead in the end; an empty text: they are the address themselves. What
# stands in braces is known by its id.
PAGES = [
    ("/project/", "/"),
    ("/project/teapot/", ""),
    ("/project/teapot", "/project/teapot/"),
    ("/project/teapot/series/?q=tea", "/project/teapot/?q=tea"),
    ("/project/teapot/bundles/", ""),
    (LIST, ""),
    ("/project/teapot/list", LIST),
    ("/project/teapot/list?series=1&state=*", f"{LIST}?series=1&state=*"),
    (f"{PATCH}/", ""),
    (PATCH, f"{PATCH}/"),
    (f"{PATCH}/mbox", f"{PATCH}/mbox/"),
    (f"{PATCH}/mbox?series=*", f"{PATCH}/mbox/?series=*"),
    (f"{PATCH}/raw", f"{PATCH}/raw/"),
    ("/project/teapot/patch/1%40example.org/", ""),
    ("/project/teapot/cover/1@example.org/", f"{PATCH}/"),
    ("/project/teapot/cover/1@example.org/mbox/", f"{PATCH}/mbox/"),
    (f"{COVER}/", ""),
    (f"{COVER}/mbox/", ""),
    ("/project/teapot/patch/0@example.org/", f"{COVER}/"),
    ("/project/teapot/patch/0@example.org/mbox/", f"{COVER}/mbox/"),
    ("/patch/{patch}/", f"{PATCH}/"),
    ("/patch/{patch}", f"{PATCH}/"),
    ("/patch/{patch}/?x=1", f"{PATCH}/?x=1"),
    ("/patch/{patch}/mbox/", f"{PATCH}/mbox/"),
    ("/patch/{patch}/mbox/?series={series}", f"{PATCH}/mbox/?series={{series}}"),
    ("/patch/{patch}/raw/", f"{PATCH}/raw/"),
    ("/cover/{cover}/", f"{COVER}/"),
    ("/cover/{cover}/mbox/", f"{COVER}/mbox/"),
    ("/comment/{comment}/", f"{PATCH}/#{{comment}}"),
    ("/series/{series}/", ""),
    ("/series/{series}", "/series/{series}/"),
    ("/series/{series}/mbox/", ""),
    ("/bundle/jane/tea time/", ""),
    ("/bundle/jane/tea%20time/mbox/", ""),
    ("/user/bundle/{bundle}/", "/bundle/jane/tea%20time/"),
    ("/user/bundle/{bundle}/mbox/", "/bundle/jane/tea%20time/mbox/"),
    ("/about/", ""),
    ("/help/", "/about/"),
    ("/help/about/", "/about/"),
    ("/help/pwclient/", "/about/"),
    ("/register/", ""),
    ("/mail/optout/", "/mail-settings/"),
    ("/mail/optin/", "/mail-settings/"),
    ("/user/login/", ""),
    ("/user/", "/user/login/?next=/user/"),
    ("/user/todo/", "/user/login/?next=/user/todo/"),
    ("/user/todo/teapot/", "/user/login/?next=/user/todo/teapot/"),
    ("/user/bundles/", "/user/login/?next=/user/bundles/"),
    ("/user/link/", "/user/login/?next=/user/link/"),
    ("/user/generate-token/", "/user/login/?next=/user/tokens/"),
    ("/user/password-change/", "/user/login/?next=/user/password-change/"),
    ("/user/password-change/done/", "/user/login/?next=/user/"),
    ("/user/password-reset/", ""),
    ("/user/password-reset/mail-sent/", "/mail-sent/"),
    ("/user/password-reset/complete/", "/user/login/"),
]

# What can be downloaded, and under which name.
FILES = {
    f"{PATCH}/mbox/": "v2-1-3-Part-1.patch",
    f"{PATCH}/mbox/?series=*": "v2-1-3-Part-1.patch",
    f"{PATCH}/raw/": "v2-1-3-Part-1.diff",
    f"{COVER}/mbox/": "v2-0-3-Part-0.mbox",
    "/series/{series}/mbox/": "Part-0.patch",
    "/bundle/jane/tea time/mbox/": "bundle-{bundle}-tea-time.mbox",
    "/project/teapot/pwclientrc/": ".pwclientrc",
}

# Parameters of Patchwork's lists, and which parts of the series they show. Part 1 is accepted,
# of part 3 nobody is the delegate.
LISTS = {
    "": {3},
    "state=": {3},
    "state=*": {1, 3},
    "state=3": {1},
    # That there is no such state is said, where Patchwork shows what nobody asked for.
    "state=bogus": set(),
    "series={series}&state=*": {1, 3},
    "series=4711&state=*": set(),
    "submitter={submitter}&state=*": {1, 3},
    "submitter=alice&state=*": {1, 3},
    "submitter=4711&state=*": set(),
    "delegate={jane}&state=*": {1},
    "delegate=jan&state=*": {1},
    "delegate=Nobody&state=*": {3},
    "q=part+1&state=*": {1},
    "archive=both&state=*": {1, 3},
    "archive=true&state=*": set(),
    "archive=&state=*&order=-name": {1, 3},
    "state=*&order=submitter": {1, 3},
    "state=*&order=bogus&page=7&param=x": {1, 3},
}


@pytest.fixture
def ids(project, series: Series) -> dict[str, int]:
    """A site with one of everything that links name; the ids of it all."""
    jane = UserFactory(username="jane")
    bundle = Bundle.objects.create(owner=jane, project=project, name="tea time", public=True)
    first = Patch.objects.get(number=1)
    BundlePatch.objects.create(bundle=bundle, patch=first, order=1)
    Patch.objects.filter(pk=first.pk).update(
        delegate=jane, state=State.objects.get(slug="accepted")
    )
    return {
        "series": series.pk,
        "patch": first.pk,
        "cover": series.cover.pk,
        "comment": Message.objects.get(message_id="a@example.org").pk,
        "bundle": bundle.pk,
        "submitter": series.submitter_id,
        "jane": jane.pk,
    }


@pytest.mark.parametrize(("link", "place"), PAGES)
def test_a_link_leads_to_its_place(client, ids, link, place):
    answer = client.get(link.format(**ids), follow=True)
    assert answer.status_code == 200
    led = answer.redirect_chain[-1][0] if answer.redirect_chain else ""
    assert led == place.format(**ids)


@pytest.mark.parametrize("link", ["/project/", "/help/", "/mail/optout/", LIST.rstrip("/"), PATCH])
def test_what_is_elsewhere_for_good_says_so(client, ids, link):
    assert client.get(link).status_code == 301


@pytest.mark.parametrize(("link", "name"), FILES.items())
def test_a_file_has_the_name_that_clients_expect(client, ids, link, name):
    disposition = client.get(link.format(**ids)).headers["Content-Disposition"]
    assert disposition == f"attachment; filename={name.format(**ids)}"


@pytest.mark.parametrize(("query", "parts"), LISTS.items())
def test_a_list_takes_the_parameters_of_patchwork(client, ids, query, parts):
    page = client.get(f"{LIST}?{query.format(**ids)}").content.decode()
    assert {number for number in (1, 3) if f"/patch/{number}@" in page} == parts


@pytest.mark.parametrize(
    "link",
    [
        f"{PATCH}/mbox/?series=4711",
        "/project/nothing/pwclientrc/",
        "/project/nothing/list/",
        "/patch/4711/",
        "/comment/4711/",
        "/user/bundle/4711/",
        "/confirm/0123abcd/",
    ],
)
def test_what_is_not_there_is_not_found(client, ids, link):
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("leaf", ["", "mbox/"])
def test_the_number_of_a_private_bundle_tells_nobody_its_name(client, ids, leaf):
    Bundle.objects.update(public=False)
    link = f"/user/bundle/{ids['bundle']}/{leaf}"
    assert client.get(link).status_code == 404
    client.force_login(Bundle.objects.get().owner)
    assert client.get(link).status_code == 302


def test_what_one_has_to_do_in_a_project_is_its_list(client, ids):
    client.force_login(Bundle.objects.get().owner)
    answer = client.get("/user/todo/teapot/")
    assert answer.headers["Location"] == f"{LIST}?delegate=me"


@pytest.mark.parametrize("username", ["", "jane"])
def test_pwclient_reads_what_it_needs(client, ids, username):
    if username:
        client.force_login(Bundle.objects.get().owner)
    config = configparser.ConfigParser()
    config.read_string(client.get("/project/teapot/pwclientrc/").content.decode())
    assert dict(config["teapot"]) == {
        "backend": "rest",
        "url": "http://testserver/api/",
        **({"username": username} if username else {}),
    }
