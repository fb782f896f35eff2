"""The pages that are measured, and what in a database they are asked for."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Count, Max, Min, Model
from django.urls import reverse

from patchtrack.models import Bundle, Comment, Patch, Person, Project, Series, State, Tag
from patchtrack.web.filters import CHECKS
from patchtrack.web.ordering import COLUMNS, OF_TAG, format_key

PAGE = 50
DEEP_PAGE = 500
_SAMPLE = 20_000

Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What is asked for: a project, by its linkname, and of it some of each.

    `phrases` are two words that stand in names one after the other. `submitters` and `delegates`
    are ids and names, by turns those who have most and those who have little; `deep` are places
    in each list from page 500 on, `middle` where half of the list lies behind, by the list's
    name. `longest` and `busiest` are the series with most patches and the patches with most
    comments; `versions` are pairs of long series of one work, `bundles` the names of public
    ones, each after its owner's.
    """

    linkname: str
    states: Sequence[str]
    submitters: Sequence[tuple[int, str]]
    delegates: Sequence[tuple[int, str]]
    frequent_words: Sequence[str]
    rare_words: Sequence[str]
    phrases: Sequence[str]
    prefixes: Sequence[str]
    paths: Sequence[str]
    dates: Sequence[tuple[str, str]]
    checks: Sequence[str]
    tags: Sequence[str]
    deep: Mapping[str, Sequence[str]]
    middle: Mapping[str, Sequence[str]]
    longest: Sequence[int]
    versions: Sequence[tuple[int, int]]
    bundles: Sequence[tuple[str, str]]
    busiest: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page under several addresses that cost about the same."""

    name: str
    find: Callable[[Keys], Sequence[str]]
    is_list: bool = False
    as_user: bool = False


# How a list is narrowed: what is said in the address, the name of the list being known.
FILTERS: Mapping[str, Callable[[Keys, str], Sequence[Parameters]]] = {
    "first page": lambda _keys, _kind: [{}],
    f"page {DEEP_PAGE}": lambda keys, kind: [
        {"state": "*", "archive": "both", "older": key} for key in keys.deep[kind]
    ],
    "waiting, from the middle on": lambda keys, kind: [{"older": key} for key in keys.middle[kind]],
    "state": lambda keys, _kind: [{"state": state} for state in keys.states],
    "any state": lambda _keys, _kind: [{"state": "*"}],
    "submitter": lambda keys, _kind: [{"submitter": row} for row, _ in keys.submitters],
    "submitter, any state": lambda keys, _kind: [
        {"submitter": row, "state": "*"} for row, _ in keys.submitters
    ],
    "submitter by name": lambda keys, _kind: [{"submitter": name} for _, name in keys.submitters],
    "delegate": lambda keys, _kind: [{"delegate": row} for row, _ in keys.delegates],
    "delegate by name": lambda keys, _kind: [{"delegate": name} for _, name in keys.delegates],
    "delegate nobody": lambda _keys, _kind: [{"delegate": "-"}],
    "frequent word": lambda keys, _kind: [{"q": word} for word in keys.frequent_words],
    "frequent word, any state": lambda keys, _kind: [
        {"q": word, "state": "*"} for word in keys.frequent_words
    ],
    "rare word": lambda keys, _kind: [{"q": word} for word in keys.rare_words],
    "rare word, any state": lambda keys, _kind: [
        {"q": word, "state": "*", "archive": "both"} for word in keys.rare_words
    ],
    "word that is nowhere": lambda _keys, _kind: [{"q": "xyzzyxyzzy", "state": "*"}],
    "subject prefix": lambda keys, _kind: [{"prefix": word} for word in keys.prefixes],
    "subject prefix, any state": lambda keys, _kind: [
        {"prefix": word, "state": "*"} for word in keys.prefixes
    ],
    "path, file": lambda keys, _kind: [{"path": path, "state": "*"} for path in keys.paths],
    "path, directory": lambda keys, _kind: [
        {"path": path.rpartition("/")[0], "state": "*"} for path in keys.paths
    ],
    "path, top directory": lambda keys, _kind: [
        {"path": path.partition("/")[0]} for path in keys.paths
    ],
    "date": lambda keys, _kind: [
        {"since": first, "before": last, "state": "*"} for first, last in keys.dates
    ],
    "check": lambda keys, _kind: [{"check": check} for check in keys.checks],
    "check, any state": lambda keys, _kind: [
        {"check": check, "state": "*"} for check in keys.checks
    ],
    "tag": lambda keys, _kind: [{"tag": tag} for tag in keys.tags],
    "tag, any state": lambda keys, _kind: [{"tag": tag, "state": "*"} for tag in keys.tags],
    "archived": lambda _keys, _kind: [{"archive": "true", "state": "*"}],
    "archived, waiting": lambda _keys, _kind: [{"archive": "true"}],
}
# The columns that a list can be sorted by, beside the date.
ORDERS = {
    "series-list": [name for name in COLUMNS["series"] if name != "date"],
    "patch-list": [name for name in COLUMNS["patches"] if name != "date"],
}
LISTS = {"series-list": "series", "patch-list": "patches"}

# What is searched for in all mail.
SEARCHES: Mapping[str, Callable[[Keys], Sequence[Parameters]]] = {
    "frequent word": lambda keys: [{"q": word} for word in keys.frequent_words],
    "rare word": lambda keys: [{"q": word} for word in keys.rare_words],
    "word that is nowhere": lambda _keys: [{"q": "xyzzyxyzzy"}],
    "two frequent words": lambda keys: [{"q": " ".join(pair)} for pair in _pair(keys)],
    "phrase": lambda keys: [{"q": f'"{phrase}"'} for phrase in keys.phrases],
    "subject": lambda keys: [{"q": f"s:{word}"} for word in keys.rare_words],
    "author": lambda keys: [{"q": f'f:"{name}"'} for _, name in keys.submitters],
    "path": lambda keys: [{"q": f"dfn:{path}"} for path in keys.paths],
    "frequent word in a project": lambda keys: [
        {"q": f"{word} project:{keys.linkname}"} for word in keys.frequent_words
    ],
    "frequent word, deep": lambda keys: [
        {"q": word, "older": key}
        for word in keys.frequent_words
        for key in keys.middle["patch-list"]
    ],
}


def _pair(keys: Keys) -> Sequence[tuple[str, str]]:
    return list(zip(keys.frequent_words, keys.frequent_words[1:], strict=False))


def _find_searches(said: Sequence[Parameters]) -> Sequence[str]:
    return [f"{reverse('search')}?{urlencode(one)}" for one in said]


OTHER_PAGES = (
    Page(name="projects", find=lambda _keys: [reverse("project-list")]),
    Page(
        name="series, the longest",
        find=lambda keys: [reverse("series", args=[row]) for row in keys.longest],
    ),
    Page(
        name="patch, the busiest",
        find=lambda keys: [reverse("patch", args=[keys.linkname, one]) for one in keys.busiest],
    ),
    Page(
        name="comparison of two versions",
        find=lambda keys: [reverse("series-compare", args=pair) for pair in keys.versions],
    ),
    Page(
        name="bundle", find=lambda keys: [reverse("bundle", args=bundle) for bundle in keys.bundles]
    ),
    *(
        Page(name=f"search, {name}", find=lambda keys, ask=ask: _find_searches(ask(keys)))
        for name, ask in SEARCHES.items()
    ),
    Page(name="to-do", find=lambda _keys: [reverse("todo")], as_user=True),
)


def list_pages() -> Iterator[Page]:
    for view, title in LISTS.items():
        for name, narrow in FILTERS.items():
            yield Page(name=f"{title}, {name}", find=_find_lists(view, narrow), is_list=True)
        for column in ORDERS[view]:
            said = [{"order": column}, {"order": f"-{column}"}]
            find = _find_lists(view, lambda _keys, _view, said=said: said)
            yield Page(name=f"{title}, by {column}", find=find, is_list=True)
        find = _find_lists(view, lambda keys, _view: _order_by_tags(keys))
        yield Page(name=f"{title}, by trailer", find=find, is_list=True)
    for name, said in (("first page, logged in", {}), ("delegate me", {"delegate": "me"})):
        find = _find_lists("series-list", lambda _keys, _view, said=said: [said])
        yield Page(name=f"series, {name}", find=find, is_list=True, as_user=True)
    yield from OTHER_PAGES


def _order_by_tags(keys: Keys) -> Sequence[Parameters]:
    return [{"order": f"{sign}{OF_TAG}{tag}"} for tag in keys.tags for sign in ("", "-")]


def _find_lists(
    view: str, narrow: Callable[[Keys, str], Sequence[Parameters]]
) -> Callable[[Keys], Sequence[str]]:
    def find(keys: Keys) -> Sequence[str]:
        address = reverse(view, args=[keys.linkname])
        return [f"{address}?{urlencode(said)}" for said in narrow(keys, view)]

    return find


# What is there to be asked for.


def find_keys(count: int) -> Keys:
    """Keys of the largest project, about `count` of each kind."""
    project = Project.objects.annotate(size=Count("series")).order_by("-size").first()
    frequent, rare = _find_words(project, count)
    tables = {"series-list": Series, "patch-list": Patch}
    return Keys(
        linkname=project.linkname,
        states=list(State.objects.values_list("slug", flat=True)),
        submitters=_find_most_and_least(Person, "patch_set", project, count),
        delegates=_find_most_and_least(get_user_model(), "delegated", project, count),
        frequent_words=frequent,
        rare_words=rare,
        phrases=_find_phrases(project, count),
        prefixes=_find_prefixes(project, count),
        paths=_find_paths(project, count),
        dates=_find_dates(project, count),
        checks=list(CHECKS),
        tags=list(Tag.objects.values_list("name", flat=True)),
        deep={view: _find_deep(rows, project, count) for view, rows in tables.items()},
        middle={view: _find_middle(rows, project) for view, rows in tables.items()},
        longest=_find_longest(project),
        versions=_find_versions(project),
        bundles=_find_bundles(project),
        busiest=_find_busiest(project),
    )


def _find_words(project: Project, count: int) -> tuple[list[str], list[str]]:
    words = Counter(
        word
        for name in _newest(project, "name")[:_SAMPLE]
        for word in set(name.rpartition("] ")[2].replace(":", "").split())
        if word.isalpha() and len(word) > 2
    )
    ordered = [word for word, _ in words.most_common()]
    return ordered[:count], ordered[-count:]


def _find_phrases(project: Project, count: int) -> list[str]:
    names = _newest(project, "name")[: count * 2]
    ends = (name.rpartition("] ")[2].split()[-2:] for name in names)
    return [" ".join(words) for words in ends if len(words) == 2][:count]


def _newest(project: Project, column: str) -> Any:
    return Patch.objects.filter(project=project).order_by("-pk").values_list(column, flat=True)


def _find_prefixes(project: Project, count: int) -> list[str]:
    """What stands in the brackets before names, but for numbers and versions."""
    names = _newest(project, "name")[:_SAMPLE]
    brackets = (name[1:].partition("]")[0] for name in names if name.startswith("["))
    words = Counter(word for said in brackets for word in said.split(",") if word.islower())
    return [word for word, _ in words.most_common(count) if not word[-1:].isdigit()]


def _find_paths(project: Project, count: int) -> list[str]:
    """Paths, by turns those that are touched most and those that are touched seldom."""
    paths = Counter(path for said in _newest(project, "paths")[:_SAMPLE] for path in said)
    ordered = [path for path, _ in paths.most_common() if "/" in path]
    half = max(count // 2, 1)
    return list(dict.fromkeys(ordered[:half] + ordered[-half:]))


def _find_dates(project: Project, count: int) -> list[tuple[str, str]]:
    """Months all over the project's time, as first and last days."""
    dates = Patch.objects.filter(project=project).aggregate(first=Min("date"), last=Max("date"))
    step = (dates["last"] - dates["first"]) / count
    days = (dates["first"] + step * number for number in range(count))
    return [(f"{day:%Y-%m-%d}", f"{day + timedelta(days=30):%Y-%m-%d}") for day in days]


def _find_most_and_least(
    table: type[Model], relation: str, project: Project, count: int
) -> list[tuple[int, str]]:
    name = "name" if table is Person else "username"
    rows = table.objects.filter(**{f"{relation}__project": project})
    counted = rows.annotate(amount=Count(relation)).order_by("-amount", "pk")
    found = list(counted.values_list("pk", name))
    half = max(count // 2, 1)
    return list(dict.fromkeys(found[:half] + found[-half:]))


def _find_deep(table: type[Model], project: Project, count: int) -> list[str]:
    start = (DEEP_PAGE - 1) * PAGE
    return [format_key(*row) for row in _places(table, project)[start : start + count]]


def _find_middle(table: type[Model], project: Project) -> list[str]:
    rows = _places(table, project)
    middle = rows.count() // 2
    return [format_key(*row) for row in rows[middle : middle + 1]]


def _places(table: type[Model], project: Project) -> Any:
    rows = table.objects.filter(project=project).order_by("-date", "-pk")
    return rows.values_list("date", "pk")


def _find_longest(project: Project) -> list[int]:
    rows = Series.objects.filter(project=project, received_total__lte=60)
    return list(rows.order_by("-received_total", "-pk").values_list("pk", flat=True)[:10])


def _find_versions(project: Project) -> list[tuple[int, int]]:
    again = Series.objects.filter(project=project, previous__isnull=False, received_total__lte=60)
    longest = again.order_by("-received_total", "-pk")
    return list(longest.values_list("pk", "previous_id")[:10])


def _find_bundles(project: Project) -> list[tuple[str, str]]:
    bundles = Bundle.objects.filter(project=project, public=True).annotate(size=Count("patches"))
    return list(bundles.order_by("-size", "pk").values_list("owner__username", "name")[:10])


def _find_busiest(project: Project) -> list[str]:
    """The patches that have the most comments, all of them within a tenth of the first."""
    comments = Comment.objects.filter(patch__project=project).order_by()
    counted = comments.values_list("patch__message__message_id").annotate(amount=Count("pk"))
    found = list(counted.order_by("-amount")[:10])
    return [name for name, amount in found if amount >= found[0][1] * 0.9]
