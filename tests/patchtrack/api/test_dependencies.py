"""Which series need which others, from 1.4 on."""

import pytest

from patchtrack.models import Series
from tests.factories import deliver, make_diff, make_mail


@pytest.fixture
def ids(project) -> dict[str, int]:
    """Of three series by their names, of which `cup` needs `tea`, and that needs `water`."""
    for name, needed in (("water", ""), ("tea", "water"), ("cup", "tea")):
        line = f"\nDepends-on: <{needed}@example.org>\n" if needed else ""
        subject, message_id = f"[PATCH] {name}", f"{name}@example.org"
        mail = make_mail(
            subject=subject, message_id=message_id, body=f"Hello.\n{line}", diff=make_diff(name)
        )
        deliver(project, mail)
    return dict(Series.objects.values_list("name", "pk"))


def url(row: int, prefix: str = "/api") -> str:
    return f"http://testserver{prefix}/series/{row}/"


@pytest.mark.parametrize("prefix", ["/api", "/api/1.4"])
def test_a_list_tells_what_each_series_needs(client, ids, prefix):
    told = {row["name"]: row for row in client.get(f"{prefix}/series/").json()}
    water, tea, cup = (url(ids[name], prefix) for name in ("water", "tea", "cup"))
    assert {name: row["dependencies"] for name, row in told.items()} == {
        "water": [], "tea": [water], "cup": [tea],
    }  # fmt: skip
    assert {name: row["dependents"] for name, row in told.items()} == {
        "water": [tea], "tea": [cup], "cup": [],
    }  # fmt: skip


def test_a_series_by_itself_tells_the_same(client, ids):
    [_, tea, _] = client.get("/api/1.4/series/").json()
    assert client.get(f"/api/1.4/series/{ids['tea']}/").json() == tea


@pytest.mark.parametrize("path", ["/api/1.3/series/", "/api/1.3/series/{tea}/"])
def test_versions_before_1_4_do_not_tell(client, ids, path):
    told = client.get(path.format(**ids)).json()
    row = told if isinstance(told, dict) else told[1]
    assert not {"dependencies", "dependents"} & row.keys()


def test_projects_may_hide_it(client, project, ids):
    project.show_dependencies = False
    project.save()
    for row in client.get("/api/series/").json():
        assert not {"dependencies", "dependents"} & row.keys()
