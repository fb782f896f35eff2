"""Every page of the site, by name; a new page is one line here."""

from dataclasses import dataclass

from patchtrack.models import Series

V2 = "20260909073000.815"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page's path on the site with the sample project, with the names of `find_rows` in it;
    and the fixture that makes who opens it, or nothing for nobody."""

    path: str
    user: str = ""
    status: int = 200


PLACES = {
    "projects": Place(path="/"),
    "series list": Place(path="/project/teapot/"),
    "series list, filtered": Place(
        path="/project/teapot/?q=cup&state=*&submitter=bo&delegate=-&archive=both"
    ),
    "series list, empty": Place(path="/project/teapot/?q=coffee+pot"),
    "series list, for a maintainer": Place(path="/project/teapot/", user="maintainer"),
    "patch list": Place(path="/project/teapot/list/"),
    "patch list, for a maintainer": Place(path="/project/teapot/list/", user="maintainer"),
    "series": Place(path="/series/{series}/"),
    "series with a gap": Place(path="/series/{gap}/"),
    "cover letter": Place(path=f"/project/teapot/cover/{V2}-1-ada@example.org/"),
    "patch": Place(path=f"/project/teapot/patch/{V2}-3-ada@example.org/"),
    "patch, for a maintainer": Place(
        path=f"/project/teapot/patch/{V2}-3-ada@example.org/", user="maintainer"
    ),
    "patch that renames": Place(path="/project/teapot/patch/20260915200000.7-3-bo@example.net/"),
    "pull request": Place(path="/project/teapot/patch/20260914080000.pull.greta@example.org/"),
    "mail health": Place(path="/mail/", user="admin_user"),
    "mail health, sought": Place(path=f"/mail/?q={V2}-3-ada@example.org", user="admin_user"),
    "not found": Place(path="/nothing/", status=404),
}

# The names of urls.py that show no page: they lead to one, or are for programs and downloads.
NO_PAGES = frozenset(
    """
    address-comment any-raw-mail change comment-by-id cover-by-id cover-mbox cover-mbox-by-id
    patch-by-id patch-diff patch-diff-by-id patch-mbox patch-mbox-by-id raw-mail series-mbox
    undo-change
    """.split()
)


def find_rows() -> dict[str, int]:
    """The ids that stand in paths."""
    return {
        "series": Series.objects.get(version=2).pk,
        "gap": Series.objects.get(name="cup: describe a cup").pk,
    }
