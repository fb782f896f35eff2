"""Which patches and series a list shows, and what is counted for its rows."""

from datetime import timedelta

import pytest
from django.db.models import F

from patchtrack.models import Check, Patch, Person, Series, SeriesAlias, State
from patchtrack.services import filtering
from patchtrack.services.filtering import PatchFilter, find_named
from patchtrack.services.listing import (
    CountUpTo,
    find_series_facts,
    format_count,
)
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail

ANY = PatchFilter(any_state=True, archived=None)


def add_patch(project, name: str, **columns) -> Patch:
    """A patch with some columns as an editor would set them."""
    mail = make_mail(
        subject=f"[PATCH] {name}",
        sender=columns.pop("sender", "Alice Spout <alice@example.org>"),
        message_id=f"{name.replace(' ', '-')}@example.org",
        date=DATE + timedelta(days=Patch.objects.count()),
        diff=make_diff(),
    )
    deliver(project, mail)
    patches = Patch.objects.filter(name=name)
    patches.update(**columns)
    return patches.get()


def filter_patches(project, wanted: PatchFilter):
    return filtering.filter_patches(project, wanted, list(State.objects.all()))


def filter_series(project, wanted: PatchFilter):
    """However they are looked for, the series are the same."""
    states = list(State.objects.all())
    found = filtering.filter_series(project, wanted, states)
    assert set(found) == set(filtering.filter_series(project, wanted, states, sorts_all=True))
    if wanted.asks_of_patches:
        patches = filtering.filter_patches_of_series(project, wanted, states)
        assert set(patches.values_list("series", flat=True)) == {row.pk for row in found}
    return found


def names(rows) -> list[str]:
    return sorted(row.name for row in rows)


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_only_what_asks_for_action_is_shown_at_first(project, find):
    add_patch(project, "open")
    add_patch(project, "done", state=State.objects.get(slug="accepted"))
    add_patch(project, "old", archived=True)
    assert names(find(project, PatchFilter())) == ["open"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (PatchFilter(states=("accepted", "rejected")), ["done"]),
        (PatchFilter(any_state=True), ["done", "open"]),
        (PatchFilter(any_state=True, archived=True), ["old"]),
        (ANY, ["done", "old", "open"]),
    ],
)
def test_a_filter_asks_for_states_and_archived_ones(project, find, wanted, expected):
    add_patch(project, "open")
    add_patch(project, "done", state=State.objects.get(slug="accepted"))
    add_patch(project, "old", archived=True)
    assert names(find(project, wanted)) == expected


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_a_filter_asks_for_a_delegate(project, find):
    jane = UserFactory(username="jane")
    add_patch(project, "hers", delegate=jane)
    add_patch(project, "nobody's")
    for said in (jane.pk, (jane.pk,), "JAN"):
        assert names(find(project, PatchFilter(delegate=said))) == ["hers"]
    assert names(find(project, PatchFilter(delegate="-"))) == ["nobody's"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_a_filter_asks_for_a_submitter(project, find):
    add_patch(project, "hers", sender="Jane Cup <jane@example.org>")
    add_patch(project, "his", sender="Bo Lid <bo@example.org>")
    jane = Person.objects.get(address="jane@example.org")
    for said in (jane.pk, (jane.pk,), "cup"):
        assert names(find(project, PatchFilter(submitter=said))) == ["hers"]


def test_those_whom_a_filter_names_are_found_in_one_query(project, django_assert_num_queries):
    jane = UserFactory(username="jane")
    add_patch(project, "hers", sender="Jane Cup <jane@example.org>")
    with django_assert_num_queries(1):
        found = find_named(PatchFilter(submitter="CUP", delegate="jan", text="x"))
    cup = Person.objects.get(address="jane@example.org")
    assert found == PatchFilter(submitter=(cup.pk,), delegate=(jane.pk,), text="x")


@pytest.mark.parametrize("find", [filter_patches, filter_series])
@pytest.mark.parametrize("wanted", [{"submitter": "ghost"}, {"delegate": "ghost"}, {"delegate": 0}])
def test_a_name_that_nobody_has_lets_nothing_through(project, find, wanted):
    add_patch(project, "hers", delegate=UserFactory(username="jane"))
    named = find_named(PatchFilter(any_state=True, archived=None, **wanted))
    assert names(find(project, named)) == []


@pytest.mark.django_db
def test_who_is_nobody_or_known_already_is_not_looked_for(django_assert_num_queries):
    wanted = PatchFilter(submitter=7, delegate="-")
    with django_assert_num_queries(0):
        assert find_named(wanted) == wanted


def test_a_name_that_too_many_have_stays_a_name(project, monkeypatch):
    monkeypatch.setattr("patchtrack.services.filtering._MOST_NAMED", 1)
    for name in ("Jane Cup", "Bo Cup"):
        add_patch(project, name, sender=f"{name} <{name[:2]}@example.org>")
    assert find_named(PatchFilter(submitter="cup")) == PatchFilter(submitter="cup")


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_a_filter_asks_for_all_words_in_the_name(project, find):
    add_patch(project, "boil water")
    add_patch(project, "boil milk")
    assert names(find(project, PatchFilter(text="WATER boil"))) == ["boil water"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
@pytest.mark.parametrize(
    ("text", "found"),
    [("i915 fix", ["drm/i915: Fix it"]), ("FI", ["drm/i915: Fix it"]), ("fix that", []), ("/", 2),
     ("3e6B1", ["net: break 3e6b1a2d"])],
)  # fmt: skip
def test_words_are_found_by_their_beginnings(project, find, text, found):
    for name in ("drm/i915: Fix it", "net: break 3e6b1a2d"):
        add_patch(project, name)
    rows = names(find(project, PatchFilter(text=text)))
    assert rows == found or len(rows) == found


@pytest.mark.parametrize("find", [filter_patches, filter_series])
@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("drivers/net", ["deep"]),
        ("drivers/net/a.c", ["deep"]),
        ("drivers", ["deep", "wide"]),
        ("drivers/ne", []),
        ("drivers/net/a.c/b", []),
        ("%", []),
    ],
)
def test_a_filter_asks_for_a_file_or_a_directory(project, find, path, found):
    add_patch(project, "deep", paths=["README", "drivers/net/a.c"])
    add_patch(project, "wide", paths=["drivers/x.c"])
    assert names(find(project, PatchFilter(path=path))) == found


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_a_filter_asks_for_a_tag(project, find):
    add_patch(project, "acked", tags={"Acked-by": 1})
    add_patch(project, "reviewed", tags={"Reviewed-by": 2})
    assert names(find(project, PatchFilter(tag="Acked-by"))) == ["acked"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_a_filter_asks_for_checks(project, find):
    add_patch(project, "failed", check_state=3)
    add_patch(project, "untested")
    assert names(find(project, PatchFilter(check=3))) == ["failed"]
    assert names(find(project, PatchFilter(check=PatchFilter.NO_CHECKS))) == ["untested"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_a_filter_asks_for_days(project, find):
    for name in ("first", "second", "third"):
        add_patch(project, name)
    days = PatchFilter(since=DATE + timedelta(days=1), before=DATE + timedelta(days=2))
    assert names(find(project, days)) == ["second"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
@pytest.mark.parametrize("prefix", ["net-next", "NET-NEXT"])
def test_a_filter_asks_for_a_prefix_of_the_subject(project, find, prefix):
    subjects = [
        "[PATCH net-next] a",
        "[PATCH net] b",
        "[PATCH] c [net-next]",
        "[PATCH net-next.x] d",
    ]
    for number, subject in enumerate(subjects):
        deliver(project, make_mail(subject=subject, message_id=f"{number}@x.org", diff=make_diff()))
    assert [row.name[-1] for row in find(project, PatchFilter(prefix=prefix))] == ["a"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
@pytest.mark.parametrize("asked", [{}, {"any_state": True, "archived": None}])
def test_a_filter_asks_for_a_series_by_any_id_it_ever_had(project, find, asked):
    patch = add_patch(project, "one")
    add_patch(project, "two")
    SeriesAlias.objects.create(id=4711, series=patch.series)
    for said in (patch.series_id, 4711):
        assert names(find(project, PatchFilter(series=said, **asked))) == ["one"]


@pytest.mark.parametrize("find", [filter_patches, filter_series])
def test_other_projects_are_not_shown(project, find):
    add_patch(ProjectFactory(), "elsewhere")
    assert names(find(project, ANY)) == []


def test_a_cover_letter_alone_is_a_series_where_nothing_is_asked_of_patches(project):
    deliver(project, make_mail(subject="[PATCH 0/2] Soon"))
    assert names(filter_series(project, ANY)) == ["Soon"]
    assert names(filter_series(project, PatchFilter(any_state=True))) == []


@pytest.fixture
def reviewed_series(project) -> Series:
    """Two patches and a cover: three comments, the first patch reviewed twice and delegated."""
    ids = ["0@example.org", "1@example.org", "2@example.org"]
    mails = [
        make_mail(
            subject=f"[PATCH {number}/2] Part {number}",
            message_id=own,
            in_reply_to=ids[0] if number else "",
            diff=make_diff() if number else "",
        )
        for number, own in enumerate(ids)
    ]
    answers = [
        make_mail(
            subject="Re: Part",
            sender=f"R{number} <r{number}@example.org>",
            in_reply_to=ids[to],
            body=f"Reviewed-by: R{number} <r{number}@example.org>\n",
        )
        for number, to in enumerate([0, 1, 1])
    ]
    deliver(project, *mails, *answers)
    Patch.objects.filter(number=1).update(
        state=State.objects.get(slug="accepted"), delegate=UserFactory(username="jane")
    )
    return Series.objects.get()


@pytest.mark.parametrize("decisions", [False, True])
def test_a_series_facts_are_those_of_its_patches(reviewed_series, decisions):
    facts = find_series_facts([reviewed_series], decisions=decisions)[reviewed_series.pk]
    assert facts.states == {"New": 1, "Accepted": 1}
    assert facts.delegates == ("jane",)
    assert len(facts.decided) == (2 if decisions else 0)


def test_patches_that_are_alike_are_all_counted(series):
    assert find_series_facts([series])[series.pk].states == {"New": series.received_total}


def test_comments_and_trailers_are_counted_per_patch_and_per_series(reviewed_series):
    patches = reviewed_series.patches.order_by("number")
    assert list(patches.values_list("comment_count", "tags")) == [(2, {"Reviewed-by": 2}), (0, {})]
    assert (reviewed_series.comment_count, reviewed_series.tags) == (3, {"Reviewed-by": 1})


@pytest.mark.parametrize(("most", "number"), [(1, -2), (2, -3), (3, 3)])
def test_a_long_list_is_not_counted_to_its_end(project, most, number):
    patches = [add_patch(project, f"patch {number}") for number in range(3)]
    counted = CountUpTo(Patch.objects.order_by("-date").values(own=F("pk")), most)
    [row] = Patch.objects.annotate(length=counted).filter(pk=patches[0].pk)
    assert row.length == number


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (250, "250"), (251, "250+"), (-12, "12+"), (-300, "250+")]
)
def test_a_count_says_whether_there_may_be_more(number, text):
    assert format_count(number) == text


def test_what_is_still_to_come_is_worse_than_success(project, series):
    Patch.objects.filter(number=1).update(check_state=Check.Result.SUCCESS)
    Patch.objects.filter(number=3).update(check_state=Check.Result.PENDING)
    assert find_series_facts([series])[series.pk].check == Check.Result.PENDING
