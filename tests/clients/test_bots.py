"""What the bots that poll ask for, in their order and as they write it."""

from datetime import datetime, timedelta

import pytest
import requests

from patchtrack.models import Check, Patch, State
from patchtrack.services.checks import NewCheck, add_check


class Asking(requests.Session):
    """A client that is told paths of the site, and fails where a bot would."""

    def __init__(self, site, headers=None) -> None:
        super().__init__()
        self.url = site.url
        self.headers.update(headers or {})

    def request(self, method, path, **options):
        url = path if path.startswith("http") else f"{self.url}{path}"
        answer = super().request(method, url, **options)
        answer.raise_for_status()
        return answer

    def read(self, path: str, **parameters):
        return self.get(path, params=parameters).json()


@pytest.fixture
def ask(site):
    with Asking(site) as session:
        yield session


@pytest.fixture
def bot(site):
    """With the maintainer's token; NIPA sends it only when it writes."""
    with Asking(site, {"Authorization": f"Token {site.token}"}) as session:
        yield session


def parse_next(link: str) -> str:
    """The next page, as NIPA finds it: the first entry, if it is that."""
    url, rel = link.split(",", maxsplit=1)[0].split(";")
    return url[1:-1] if rel.strip() == 'rel="next"' else ""


class TestNipa:
    def test_the_project_is_found_by_its_name(self, ask, site):
        found = [row for row in ask.read("/api/1.1/projects/") if row["name"] == "The teapot"]
        assert [row["id"] for row in found] == [site.series.project_id]

    def test_patches_are_polled(self, ask, site):
        project = site.series.project_id
        since = (datetime.now() - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ005
        wanted = f"project={project}&delegate=greta&since={since}&state=1&state=2&archived=false&"
        assert ask.read(f"/api/1.1/patches/?{wanted}") == []
        Patch.objects.update(delegate=site.series.project.maintainers.get())
        assert len(ask.read(f"/api/1.1/patches/?{wanted}")) == 2

    def test_all_pages_are_read(self, ask):
        answer = ask.get("/api/1.1/patches/", params={"per_page": 1})
        following = ask.get(parse_next(answer.headers["Link"]))
        assert parse_next(following.headers["Link"]) == ""
        names = [row["name"] for row in answer.json() + following.json()]
        assert names == [patch.name for patch in Patch.objects.order_by("pk")]

    def test_completed_series_are_polled_again_from_a_microsecond_later(self, ask, site):
        asked = {"project": site.series.project_id, "order": "date", "category": "series-completed"}
        [event] = ask.read("/api/1.1/events/", since="2020-01-01T00:00:00", **asked)
        series = ask.read(f"/api/1.1/series/{event['payload']['series']['id']}/")
        assert (series["received_all"], series["total"], len(series["patches"])) == (True, 2, 2)
        later = datetime.fromisoformat(event["date"]) + timedelta(microseconds=1)
        assert later.tzinfo is None
        assert ask.read("/api/1.1/events/", since=later.isoformat(), **asked) == []

    def test_a_message_is_found_in_the_version_without_a_number(self, ask, site):
        series = site.series
        for kind, message in (("patches", site.patches[0].message), ("covers", series.head)):
            asked = {"msgid": message.message_id, "project": series.project_id}
            [found] = ask.read(f"/api/{kind}/", **asked)
            assert found["id"] == message.pk

    def test_what_a_patch_needs_to_tell(self, ask, site):
        told = ask.read(f"/api/1.1/patches/{site.patches[0].pk}/")
        assert told["series"][0]["id"] == site.series.pk
        assert isinstance(told["headers"]["Subject"], str)
        assert ask.get(told["series"][0]["mbox"]).content.count(b"\nX-Patchwork-Id:") == 2

    @pytest.mark.parametrize("leaf", ["patch/{patch}", "cover/{cover}", "series/{series}"])
    def test_mboxes_are_fetched_by_id(self, ask, site, leaf):
        ids = {"patch": site.patches[0].pk, "cover": site.series.cover.pk, "series": site.series.pk}
        answer = ask.get(f"/{leaf.format(**ids)}/mbox/")
        assert answer.text.startswith("From patchwork ")

    @pytest.mark.parametrize("user", ["", "{user}"])
    def test_checks_are_reported_by_forms_and_read_in_that_order(self, ask, bot, site, user):
        """Also with the id of the user who sends it."""
        url = f"/api/1.1/patches/{site.patches[0].pk}/"
        user = user.format(user=site.series.project.maintainers.get().pk)
        for state in ("pending", "success"):
            form = {"user": user, "state": state, "context": "build", "target_url": "",
                    "description": "Build and test"}  # fmt: skip
            assert bot.post(f"{url}checks/", data=form).status_code == 201
        checks = ask.read(ask.read(url)["checks"])
        assert [check["state"] for check in checks] == ["pending", "success"]
        assert datetime.fromisoformat(checks[0]["date"]).tzinfo is None

    def test_states_are_set_by_forms(self, bot, site):
        url = f"/api/1.1/patches/{site.patches[0].pk}/"
        answer = bot.patch(url, data={"state": "changes-requested"})
        assert (answer.status_code, answer.json()["state"]) == (200, "changes-requested")

    def test_there_is_each_state_that_its_mailbot_sets(self, site):
        known = set(State.objects.values_list("slug", flat=True))
        assert known > {
            "accepted", "awaiting-upstream", "rejected", "changes-requested", "deferred",
            "not-applicable", "under-review", "new",
        }  # fmt: skip


class TestKernelPatchesDaemon:
    def test_states_that_there_are_not_are_passed_over(self, ask, site):
        """Else it would find nothing at all."""
        states = "&".join(f"state={number}" for number in (1, 2, 5, 7, 13, 15))
        wanted = f"archived=False&{states}&since=2020-01-01T00:00:00&delegate="
        owner = site.series.project.maintainers.get()
        Patch.objects.update(delegate=owner)
        rows = ask.read(f"/api/1.2/patches/?{wanted}{owner.pk}&project={site.series.project_id}")
        assert {row["series"][0]["id"] for row in rows} == {site.series.pk}

    def test_series_are_found_by_their_whole_subject(self, ask, site):
        [found] = ask.read("/api/1.2/series/", q=site.series.name)
        assert f"{found['web_url']}&state=*".count("?") == 1
        assert ask.get(f"{found['web_url']}&state=*").status_code == 200
        patches = [ask.read(f"/api/1.2/patches/{row['id']}/") for row in found["patches"]]
        assert {patch["state"] for patch in patches} == {"new"}
        assert ask.get(patches[0]["mbox"]).text.startswith("From patchwork ")

    def test_the_newest_check_of_a_context_is_asked_for(self, ask, bot, site):
        url = f"/api/1.2/patches/{site.patches[0].pk}/checks/"
        for state in ("pending", "fail"):
            form = {"context": "vmtest", "state": state, "description": "x",
                    "target_url": "https://ci.example.org/1"}  # fmt: skip
            bot.post(url, data=form)
        asked = {"context": "vmtest", "order": "-date", "per_page": "1"}
        [check] = ask.read(url, **asked)
        assert check["state"] == "fail"
        assert ask.read(url, **asked | {"context": "other"}) == []


class TestSnowpatch:
    def test_series_are_polled_without_a_final_slash(self, ask, site):
        assert "patches" in ask.read("/api/1.2")
        asked = {"order": "-id", "per_page": 50, "project": "teapot"}
        [series] = ask.read("/api/1.2/series", **asked)
        assert ask.read(f"/api/1.2/series/{series['id']}")["received_all"] is True
        patch = ask.read(f"/api/1.2/patches/{series['patches'][-1]['id']}")
        assert patch["id"] == site.patches[-1].pk

    def test_no_field_is_of_another_type(self, ask, site):
        """It cannot read an answer in which one is."""
        told = ask.read(f"/api/1.2/patches/{site.patches[0].pk}")
        assert told["pull_url"] is None
        assert isinstance(told["checks"], str)
        assert isinstance(told["tags"], dict)
        assert told["series"][0].keys() >= {"id", "url", "date", "name", "version", "mbox"}

    def test_checks_are_reported_as_json(self, ask, bot, site):
        url = f"/api/1.2/patches/{site.patches[-1].pk}/checks"
        said = {"state": "success", "target_url": "", "description": "", "context": "snowpatch-1"}
        assert bot.post(f"{url}/", json=said).status_code == 201
        [check] = ask.read(url)
        assert check["user"].keys() >= {"id", "username", "first_name", "last_name", "email"}


class TestVscodePatchwork:
    """It follows addresses in answers, and never ends one by a slash."""

    @pytest.fixture
    def editor(self, ask):
        ask.headers["Accept"] = "application/json"
        return ask

    def test_series_are_searched_by_pages(self, editor, site):
        asked = {"page": 1, "order": "-id", "q": "SUBJECT", "project": site.series.project_id,
                 "submitter": site.series.submitter_id}  # fmt: skip
        answer = editor.get("/api/series", params=asked)
        assert "link" in answer.headers
        [series] = answer.json()
        cover = editor.read(series["cover_letter"]["url"])
        assert editor.read(cover["comments"]) == []

    def test_a_patch_is_opened_by_its_message_id(self, editor, site):
        cup = site.patches[0]
        [found] = editor.read("/api/patches", msgid=cup.message.message_id)
        told = editor.read(f"/api/patches/{found['id']}")
        assert told["diff"].startswith("diff --git a/cup.c")
        [comment] = editor.read(told["comments"])
        assert comment["headers"]["In-Reply-To"] == f"<{cup.message.message_id}>"
        assert comment["content"] == "Nice.\n"

    def test_projects_and_people_to_choose_from_stand_on_a_page(self, ask, site):
        page = ask.get("/api/patches/?msgid=0", headers={"Accept": "text/html"}).text
        projects = page.partition('id="id_project"')[2].partition("</select>")[0]
        people = page.partition('id="id_submitter"')[2].partition("</select>")[0]
        assert f'<option value="{site.series.project_id}">The teapot</option>' in projects
        assert f'<option value="{site.series.submitter_id}">Alice Spout</option>' in people
        assert "alice@example.org" not in page


class TestB4Review:
    def test_the_number_of_series_is_told_by_the_last_page(self, ask):
        asked = {"project": "teapot", "state": ["new", "under-review"], "archived": "false",
                 "order": "-date", "since": "2020-01-01T00:00:00", "per_page": 1}  # fmt: skip
        answer = ask.get("/api/1.2/patches", params=asked)
        assert "page=2" in answer.links["last"]["url"]
        assert answer.links["next"]["url"] == answer.links["last"]["url"]

    def test_checks_are_read_oldest_first(self, ask, site):
        user, patch = site.series.project.maintainers.get(), site.patches[0].pk
        for state in (Check.Result.PENDING, Check.Result.WARNING):
            add_check(user, patch, NewCheck(state=state, context="ci"))
        checks = ask.read(f"/api/1.2/patches/{patch}/checks/")
        assert [check["state"] for check in checks] == ["pending", "warning"]
        assert ask.read(f"/api/1.2/patches/{patch}/")["check"] == "warning"
