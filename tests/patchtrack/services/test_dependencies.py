"""What a series needs and what needs it, whichever came first."""

from itertools import permutations

import pytest

from patchtrack.models import Patch, Series, SeriesAlias, State
from patchtrack.services import plain_rows
from patchtrack.services.dependencies import MOST_SHOWN, Dependencies, find_dependencies
from patchtrack.services.many_dependencies import find_many_dependencies
from patchtrack.services.parts import find_parts
from patchtrack.services.series import find_current_series, find_patches
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

HOST = "tea.example.org"


def make(name: str, *lines: str, version: int = 1) -> bytes:
    """A series of one patch, whose message-id is `name.version@example.org`."""
    return make_mail(
        subject=f"[PATCH v{version}] {name}",
        message_id=f"{name}.{version}@example.org",
        body="".join(f"{line}\n" for line in ("Hello.", "", *lines)),
        diff=make_diff(f"{name}.c"),
    )


def get(name: str, version: int = 1, **where) -> Series:
    return Series.objects.get(name=name, version=version, **where)


def look(series: Series, host: str = HOST):
    """Whether series are looked at one by one or all together, it is the same."""
    current = find_current_series(series.pk)
    found = find_dependencies(current, find_patches(current), host)
    assert find_many(plain_rows.series(), host).get(current.pk, Dependencies()) == found
    return found


def find_many(rows, host: str = HOST) -> dict[int, Dependencies]:
    return find_many_dependencies(list(rows), find_parts(rows), host)


def needs(name: str, version: int = 1) -> list[tuple[str, int]]:
    return [(one.name, one.version) for one in look(get(name, version)).needs]


def needed_by(name: str, version: int = 1) -> list[tuple[str, int]]:
    return [(one.name, one.version) for one in look(get(name, version)).needed_by]


def missing(name: str) -> list[str]:
    return [one.target for one in look(get(name)).missing]


@pytest.mark.parametrize(
    "order", [*permutations([make("cup", "Depends-on: <tea.1@example.org>"), make("tea")])]
)
def test_either_may_come_first(project, order):
    for mail in order:
        deliver(project, mail)
    assert (needs("cup"), missing("cup"), needed_by("cup")) == ([("tea", 1)], [], [])
    assert (needs("tea"), missing("tea"), needed_by("tea")) == ([], [], [("cup", 1)])


@pytest.mark.parametrize("others", [1, 20])
def test_many_are_looked_at_wherever_they_stand(project, others):
    deliver(project, make("tea"))
    deliver(project, *(make(f"other{number}") for number in range(others)))
    deliver(project, make("cup", "Depends-on: <tea.1@example.org>"))
    found = find_many(plain_rows.series().filter(name__in=["tea", "cup"]))
    tea, cup = get("tea").pk, get("cup").pk
    assert {row: [one.id for one in known.needs] for row, known in found.items()} == {
        tea: [], cup: [tea],
    }  # fmt: skip
    assert [one.id for one in found[tea].needed_by] == [cup]


def test_what_has_not_come_is_missing(project):
    deliver(project, make("cup", "Depends-on: <tea.1@example.org>"))
    assert (needs("cup"), missing("cup")) == ([], ["mid:tea.1@example.org"])


def test_a_cover_and_each_patch_may_say_so(project, series):
    deliver(
        project,
        make("tea"),
        make("cup"),
        make_mail(
            subject="[PATCH v2 2/3] Part 2",
            message_id="2@example.org",
            in_reply_to="0@example.org",
            body="Depends-on: <cup.1@example.org>\nDepends-on: <tea.1@example.org>\n",
            diff=make_diff(),
        ),
    )
    deliver(project, make("lid", "Depends-on: <0@example.org>"))
    deliver(project, make("pot", "Depends-on: <3@example.org>"))
    assert needs("Part 0", 2) == [("cup", 1), ("tea", 1)]
    assert needed_by("Part 0", 2) == [("pot", 1), ("lid", 1)]


def test_the_states_of_what_is_needed_are_told(project, series):
    deliver(project, make("cup", "Depends-on: <1@example.org>"))
    Patch.objects.filter(number=3).update(state=State.objects.get(slug="accepted"))
    [found] = look(get("cup")).needs
    assert found.states == {"New": 1, "Accepted": 1}


def test_a_cover_alone_is_a_series_without_states(project):
    cover = make_mail(subject="[PATCH 0/2] tea", message_id="tea.1@example.org")
    deliver(project, cover, make("cup", "Depends-on: <tea.1@example.org>"))
    [found] = look(get("cup")).needs
    assert found.states == {}


def test_an_older_version_stays_the_one_that_was_named(project):
    deliver(project, make("tea"), make("cup", "Depends-on: <tea.1@example.org>"))
    deliver(project, make("tea", version=2))
    [found] = look(get("cup")).needs
    assert (found.version, found.newest) == (1, get("tea", 2).pk)
    assert needed_by("tea", 2) == []


def test_of_several_versions_the_last_that_needs_it_is_told(project):
    need = "Depends-on: <tea.1@example.org>"
    deliver(project, make("tea"), make("cup", need), make("cup", need, version=2))
    assert needed_by("tea") == [("cup", 2)]


def test_a_new_version_may_need_the_old_one(project):
    deliver(project, make("tea"), make("tea", "Depends-on: <tea.1@example.org>", version=2))
    assert needs("tea", 2) == [("tea", 1)]
    assert needed_by("tea") == [("tea", 2)]


@pytest.mark.parametrize(
    ("said", "expected"), [("pour:v1", [1]), ("pour:v2", [2]), ("pour", [2]), ("pour:v3", [])]
)
def test_a_change_id_names_a_version(project, said, expected):
    deliver(project, *(make("tea", "change-id: pour", version=version) for version in (1, 2)))
    deliver(project, make("cup", "change-id: fill", f"prerequisite-change-id: {said}"))
    assert [version for _, version in needs("cup")] == expected
    assert missing("cup") == ([] if expected else [f"change:{said}"])
    for version in expected:
        assert needed_by("tea", version) == [("cup", 1)]


def test_numbers_of_this_site_are_known(project):
    deliver(project, make("tea"), make("lid"))
    tea, lid = get("tea"), get("lid")
    SeriesAlias.objects.create(id=4711, series=tea)
    for name, said, needed in (
        ("a", f"https://{HOST}/series/{tea.pk}/", "tea"),
        ("b", f"https://{HOST}/project/teapot/list/?series={tea.pk}", "tea"),
        ("c", f"series-{tea.pk}", "tea"),
        ("d", f'patch-{lid.head_id} ("Lid")', "lid"),
        ("e", f"https://{HOST}/patch/{lid.head_id}/", "lid"),
        ("f", "series-4711", "tea"),
    ):
        deliver(project, make(name, f"Depends-on: {said}"))
        assert needs(name) == [(needed, 1)]
    assert needed_by("lid") == [("e", 1), ("d", 1)]
    assert {name for name, _ in needed_by("tea")} >= set("abc")


@pytest.mark.parametrize("kind", ["series", "patch"])
def test_a_number_is_known_where_nobody_gives_another_kind_of_name(project, kind):
    deliver(project, make("tea"))
    tea = get("tea")
    number = tea.pk if kind == "series" else tea.head_id
    deliver(project, make("cup", f"Depends-on: {kind}-{number}"))
    assert needed_by("tea") == [("cup", 1)]


def test_numbers_of_another_site_are_not_ours(project):
    deliver(project, make("tea"))
    number = get("tea").pk
    deliver(project, make("cup", f"Depends-on: https://elsewhere.example.org/series/{number}/"))
    assert needs("cup") == []
    assert missing("cup") == [f"series:{number}@elsewhere.example.org"]
    assert needed_by("tea") == []


def test_a_number_alone_means_the_same_project(project):
    deliver(ProjectFactory(), make("tea"))
    deliver(project, make("cup", f"Depends-on: series-{get('tea').pk}"))
    assert needs("cup") == []
    assert needed_by("tea") == []


def test_other_projects_are_searched_too(project):
    other = ProjectFactory()
    deliver(other, make("tea"))
    deliver(project, make("cup", "Depends-on: <tea.1@example.org>"))
    [found] = look(get("cup")).needs
    assert (found.name, found.linkname) == ("tea", other.linkname)
    assert needed_by("tea") == [("cup", 1)]


def test_what_is_in_several_projects_is_taken_from_the_own(project):
    other = ProjectFactory()
    for where in (other, project):
        deliver(where, make("tea"), make("cup", "Depends-on: <tea.1@example.org>"))
    for where in (other, project):
        [needed] = look(get("cup", project=where)).needs
        [needing] = look(get("tea", project=where)).needed_by
        assert needed.project == needing.project == where.pk


def test_nothing_needs_itself(project, series):
    deliver(project, make("cup", "Depends-on: <cup.1@example.org>", "Depends-on: <0@example.org>"))
    deliver(
        project,
        make_mail(
            subject="[PATCH v2 2/3] Part 2",
            in_reply_to="0@example.org",
            body="Depends-on: <1@example.org>\n",
            diff=make_diff(),
        ),
    )
    assert (needs("cup"), missing("cup"), needed_by("cup")) == ([("Part 0", 2)], [], [])
    found = look(get("Part 0", 2))
    assert (found.needs, found.missing) == ([], [])


def test_a_circle_is_told_as_it_is(project):
    deliver(project, make("cup", "Depends-on: <tea.1@example.org>"))
    deliver(project, make("tea", "Depends-on: <cup.1@example.org>"))
    assert needs("cup") == needed_by("cup") == [("tea", 1)]


def test_a_reply_says_nothing_of_a_series(project):
    reply = make_mail(
        subject="Re: [PATCH] cup",
        in_reply_to="cup.1@example.org",
        body="Depends-on: <tea.1@example.org>\n",
    )
    deliver(project, make("tea"), make("cup"), reply)
    assert (needs("cup"), needed_by("tea")) == ([], [])


def test_a_project_may_not_want_them(project):
    deliver(project, make("tea"), make("cup", "Depends-on: <tea.1@example.org>"))
    project.show_dependencies = False
    project.save()
    assert (needs("cup"), needed_by("tea")) == ([], [])


def test_no_list_is_endless(project):
    deliver(project, make("tea"))
    for number in range(MOST_SHOWN + 2):
        deliver(project, make(f"cup{number}", "Depends-on: <tea.1@example.org>"))
    lines = [f"Depends-on: <cup{number}.1@example.org>" for number in range(MOST_SHOWN + 2)]
    deliver(project, make("pot", *lines))
    assert len(needs("pot")) == len(needed_by("tea")) == MOST_SHOWN


def test_it_takes_two_queries(project, django_assert_num_queries):
    deliver(project, make("tea"), make("cup", "Depends-on: <tea.1@example.org>, <x@y>, series-7"))
    series = find_current_series(get("cup").pk)
    patches = find_patches(series)
    with django_assert_num_queries(2):
        find_dependencies(series, patches, HOST)


def test_nothing_is_asked_where_no_mail_says_what_it_needs(project, django_assert_num_queries):
    deliver(project, make("tea"), make("cup"))
    rows = list(plain_rows.series())
    parts = find_parts(rows)
    with django_assert_num_queries(0):
        found = find_many_dependencies(rows, parts, HOST)
    assert found == {row.pk: Dependencies() for row in rows}
