"""Projects, and what their maintainers change."""

import pytest


@pytest.mark.parametrize("key", ["teapot", "TEAPOT", "{id}"])
def test_a_project_by_its_id_or_link_name(client, project, key):
    told = client.get(f"/api/projects/{key.format(id=project.pk)}/").json()
    assert (told["link_name"], told["name"]) == ("teapot", "Teapot")


def test_what_is_not_set_is_empty_and_not_null(client, project):
    told = client.get("/api/projects/teapot/").json()
    assert {told[name] for name in ("web_url", "list_archive_url_format")} == {""}


def test_maintainers_are_told(client, project, maintainer):
    [told] = client.get("/api/projects/").json()[0]["maintainers"]
    assert told["username"] == "maintainer"


@pytest.mark.parametrize("order", ["name", "-link_name", "list_id"])
def test_projects_are_sought_and_ordered(client, project, order):
    """Patchwork fails at some of these."""
    assert len(client.get("/api/projects/", {"q": "TEA", "order": order}).json()) == 1
    assert client.get("/api/projects/", {"q": "coffee"}).json() == []


def test_a_maintainer_changes_the_links(api, project, maintainer):
    api.force_login(maintainer)
    sent = {"web_url": "https://example.org/", "list_id": "x", "name": "x"}
    told = api.patch("/api/projects/teapot/", sent).json()
    assert (told["web_url"], told["name"]) == ("https://example.org/", "Teapot")


@pytest.mark.parametrize("said", [False, "no"])
def test_a_maintainer_hides_dependencies(api, project, maintainer, said):
    api.force_login(maintainer)
    told = api.patch("/api/1.4/projects/teapot/", {"show_dependencies": said}).json()
    assert told["show_dependencies"] is False


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("web_url", "javascript:alert(1)"),
        ("scm_url", "--upload-pack=x"),
        ("list_archive_url_format", "https://example.org/"),
    ],
)
def test_what_is_no_link_is_refused(api, project, maintainer, name, said):
    api.force_login(maintainer)
    answer = api.patch("/api/projects/teapot/", {name: said})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]
