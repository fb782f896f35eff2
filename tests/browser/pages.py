"""Every page of the site, by name; a new page is one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page

from ingest.incoming import Delivery
from ingest.receive import receive
from patchtrack.models import (
    Bundle,
    BundlePatch,
    Confirmation,
    DelegationRule,
    Mail,
    Outcome,
    Patch,
    Person,
    Project,
    Series,
    Webhook,
)
from patchtrack.services.confirmations import add_confirmation
from tests.factories import DATE, make_mail

V2 = "20260909073000.815"
PATCH = f"/project/teapot/patch/{V2}-3-ada@example.org/"
LOST = {"List-Id": "<nowhere.example.org>"}
PASSWORD = "a kettle of hot water"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page's path on the furnished site, with what `furnish` names in braces; and the fixture
    that makes who opens it, or nothing for nobody. `act` is what is then done there, and `ends`
    the status of the page to which that leads."""

    path: str
    user: str = ""
    status: int = 200
    act: Callable[[Page], None] | None = None
    ends: int = 200


def press(*keys: str) -> Callable[[Page], None]:
    return lambda page: [page.keyboard.press(key) for key in keys] and None


def send(form: str, **fields: str | int) -> Callable[[Page], None]:
    """Sends the form of this selector with these fields, whatever the browser thinks of them."""

    def act(page: Page) -> None:
        with page.expect_navigation():
            page.locator(form).evaluate(_SEND, fields)

    return act


# Fields of the same name are taken out, so that each says what the test wants; a number as the
# value stands for so many fields.
_SEND = """(form, fields) => {
  for (const [name, value] of Object.entries(fields)) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) field.remove();
    const values = typeof value === "number" ? [...Array(value).keys()] : [value];
    for (const one of values) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value: one });
      form.append(field);
    }
  }
  HTMLFormElement.prototype.submit.call(form);
}"""
_MANY = 101


PLACES = {
    "projects": Place(path="/"),
    "series list": Place(path="/project/teapot/"),
    "series list, filtered": Place(
        path="/project/teapot/?q=cup&state=*&submitter=bo&delegate=-&archive=both&path=src"
    ),
    "series list, empty": Place(path="/project/teapot/?q=coffee+pot"),
    "series list, for a maintainer": Place(path="/project/teapot/?q=pot", user="maintainer"),
    "patch list": Place(path="/project/teapot/list/"),
    "patch list, for a maintainer": Place(path="/project/teapot/list/", user="maintainer"),
    "series": Place(path="/series/{series}/"),
    "series with a gap": Place(path="/series/{gap}/"),
    "versions compared": Place(path="/series/{first}/compare/{series}/"),
    "cover letter": Place(path=f"/project/teapot/cover/{V2}-1-ada@example.org/"),
    "patch": Place(path=PATCH),
    "patch, side by side": Place(path=f"{PATCH}?view=split"),
    "patch, from a list": Place(path=f"{PATCH}?from=state%3D*%26order%3D-tag.Acked-by"),
    "patch, for a maintainer": Place(path=PATCH, user="maintainer"),
    "patch that renames": Place(path="/project/teapot/patch/20260915200000.7-3-bo@example.net/"),
    "pull request": Place(path="/project/teapot/patch/20260914080000.pull.greta@example.org/"),
    "file of a patch": Place(path=f"{PATCH}file/1/"),
    "comment alone": Place(path="/project/teapot/mail/b1f1c0de-418@example.org/"),
    "person": Place(path="/person/{person}/"),
    "search": Place(path="/search/"),
    "search, found": Place(path="/search/?q=pot+-coffee"),
    "search, nothing found": Place(path="/search/?q=xyzzy+kind:patch"),
    "bundles of a project": Place(path="/project/teapot/bundles/"),
    "own bundles": Place(path="/user/bundles/", user="maintainer"),
    "bundle": Place(path="/bundle/greta/tea%20time/"),
    "own bundle": Place(path="/bundle/greta/tea%20time/", user="maintainer"),
    "to do": Place(path="/user/todo/", user="maintainer"),
    "feed of what to do": Place(path="/user/todo/feed/", user="maintainer"),
    "project settings": Place(path="/project/teapot/settings/", user="maintainer"),
    "webhooks": Place(path="/project/teapot/settings/webhooks/", user="maintainer"),
    "webhook": Place(path="/project/teapot/settings/webhooks/{hook}/", user="maintainer"),
    "a new webhook": Place(
        path="/project/teapot/settings/webhooks/",
        user="maintainer",
        act=send(".settings", url="https://ci.example.org/"),
    ),
    "no webhook": Place(
        path="/project/teapot/settings/webhooks/",
        user="maintainer",
        act=send(".settings", url="tea"),
        ends=422,
    ),
    "log in": Place(path="/user/login/"),
    "register": Place(path="/register/"),
    "new account": Place(path="/confirm/{key}/"),
    "dead link": Place(path="/confirm/nothing/", status=404),
    "mail settings": Place(path="/mail-settings/"),
    "mail sent": Place(path="/mail-sent/"),
    "password reset": Place(path="/user/password-reset/"),
    "new password": Place(path="/user/password-reset/{user}/{token}/"),
    "profile": Place(path="/user/", user="maintainer"),
    "addresses": Place(path="/user/link/", user="maintainer"),
    "tokens": Place(path="/user/tokens/", user="maintainer"),
    "password again": Place(path="/user/password-again/?next=/user/", user="maintainer"),
    "password": Place(path="/user/password-change/", user="maintainer"),
    "mail health": Place(path="/mail/", user="admin_user"),
    "mail health, sought": Place(path=f"/mail/?q={V2}-3-ada@example.org", user="admin_user"),
    "kept mail": Place(path="/mail/{mail}/", user="admin_user"),
    "about": Place(path="/about/"),
    "api-docs": Place(path="/api/1.4/docs/"),
    "not found": Place(path="/nothing/", status=404),
    "not allowed": Place(path="/project/teapot/settings/", user="stranger", status=403),
    "keys": Place(path="/project/teapot/", act=press("?")),
    "many to be changed": Place(
        path="/project/teapot/list/",
        user="maintainer",
        act=send(".triage", patch=_MANY, archived="yes"),
    ),
    "many changed": Place(
        path="/project/teapot/list/", user="maintainer", act=send(".triage", all="yes", state="3")
    ),
    "mails to be discarded": Place(
        path="/mail/",
        user="admin_user",
        act=send("main [method=post]", action="discard", every="yes"),
    ),
    "a form of another site": Place(
        path="/user/login/", act=send(".ask", csrfmiddlewaretoken="x"), ends=403
    ),
    "a form that is too large": Place(path="/user/login/", act=send(".ask", x=1001), ends=400),
    "a wrong password": Place(path="/user/login/", act=send(".ask", username="a", password="b")),
    "no address": Place(path="/register/", act=send(".ask", email="tea")),
    "no settings": Place(
        path="/project/teapot/settings/",
        user="maintainer",
        act=send(".settings", web_url="javascript:1"),
        ends=422,
    ),
    "no profile": Place(path="/user/", user="maintainer", act=send(".ask", page_size="0")),
    "a new token": Place(path="/user/tokens/", user="maintainer", act=send(".ask", name="kettle")),
    "address taken": Place(
        path="/confirm/{taken}/",
        act=send(".ask", username="tea", password1=PASSWORD, password2=PASSWORD),
        ends=409,
    ),
}

# The names of urls.py that show no page: they lead to one, take a form, or are for programs.
NO_PAGES = frozenset(
    """
    act-on-webhook address-comment any-raw-mail bundle-mbox change change-bundle comment-by-id
    cover-by-id cover-file cover-mbox cover-mbox-by-id favicon logout mail-decide mail-file
    pass-over-delivery patch-by-id patch-diff patch-diff-by-id patch-mbox patch-mbox-by-id
    person-feed primary-address project-feed project-rule project-rules pwclientrc raw-mail
    redeliver-webhook remove-filter revoke-feed-key revoke-token robots save-filter series-feed
    series-mbox todo-feed todo-seen undo-change unlink-address xmlrpc
    """.split()
)


def furnish(project: Project, maintainer: User) -> dict[str, object]:
    """Adds to the sample project what pages show; what stands in their paths, by name."""
    patches = list(Patch.objects.filter(project=project)[:3])
    bundle = Bundle.objects.create(owner=maintainer, project=project, name="tea time", public=True)
    for order, patch in enumerate(patches):
        BundlePatch.objects.create(bundle=bundle, patch=patch, order=order)
    Patch.objects.filter(pk=patches[0].pk).update(delegate=maintainer)
    DelegationRule.objects.create(project=project, user=maintainer, path="src/*")
    maintainer.saved_filters.create(project=project, name="pots", page="series", query="q=pot")
    lose_mail()
    hook = add_log(project)
    versions = Series.objects.filter(name="Stop the pot from boiling dry")
    return {
        "hook": hook.pk,
        "first": versions.get(version=1).pk,
        "series": versions.get(version=2).pk,
        "gap": Series.objects.get(name="cup: describe a cup").pk,
        "person": Person.objects.get(address="ada@example.org").pk,
        "mail": Mail.objects.get(outcome=Outcome.UNROUTED).pk,
        "key": add_confirmation(Confirmation.Purpose.REGISTER, "tea@example.org"),
        "taken": add_confirmation(Confirmation.Purpose.REGISTER, maintainer.email),
        "user": urlsafe_base64_encode(force_bytes(maintainer.pk)),
        "token": default_token_generator.make_token(maintainer),
    }


def add_log(project: Project) -> Webhook:
    """A webhook that fails, with a delivery of each kind."""
    hook = project.webhooks.create(
        url="https://ci.example.org/hook", secret="tea", cursor=0, attempts=3, failure="No tea."
    )
    for status, wanted, attempts in ((200, False, 1), (500, False, 3), (0, False, 2), (0, True, 0)):
        hook.deliveries.create(
            key=uuid4(), category="patch-completed", body="{}", status=status, wanted=wanted,
            attempts=attempts, answer="thanks" if status else "",
        )  # fmt: skip
    return hook


def lose_mail() -> None:
    """A mail for nobody arrives."""
    receive([Delivery(raw=make_mail(headers=LOST), received_at=DATE)])
