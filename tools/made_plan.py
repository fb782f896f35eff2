"""Which series a made database has, when and by whom they were sent, and how they are answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from operator import add
from random import Random

from tools.made_words import World

YEARS = 10
# Of all patches, and of all series, the part of each project.
PROJECTS = (("kettle", 0.85), ("teapot", 0.10), ("saucer", 0.05))
# Sizes of series and how often they are seen.
_SIZES = (
    (range(1, 2), 50.0),
    (range(2, 3), 12.0),
    (range(3, 6), 21.0),
    (range(6, 11), 9.0),
    (range(11, 20), 4.5),
    (range(20, 61), 3.4),
    (range(100, 201), 0.1),
)
_REVISIONS = (1, 2, 3, 4, 5, 8, 12)
_REVISION_WEIGHTS = (60, 22, 10, 4, 2, 1, 1)
# Some of these are in every database that is large enough, for pages to be tried on.
LONG_SERIES = 60
LONG_DISCUSSION = 200
_PER_LONG_ONE = 20_000
_CONTEXTS = (3, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How many rows are wanted. They are met exactly but for checks, which come in threes to
    fives, and for bundles, which need patches."""

    patches: int
    comments: int
    series: int
    people: int
    checks: int
    users: int = 60
    bundles: int = 200


@dataclass(slots=True, kw_only=True, eq=False)
class SeriesPlan:
    """One sending. `work` is equal for the revisions of one work. `missing` is the number of
    the patch that never arrived, 0 if all did. `busy` says that all comments are on one patch.
    `openness` is the share of such series that still wait for action.

    `id` and the ids in `first_message` and `first_check` are database ids, `thread` too: of all
    its messages, patches with their cover first, and of all its checks. `previous` is the id of
    the revision that this one was sent in answer to.
    """

    work: int
    project: int
    author: int
    version: int
    size: int
    date: datetime
    is_last: bool
    is_linked: bool
    has_cover: bool = False
    missing: int = 0
    previous: int | None = None
    openness: float = 0.0
    comments: int = 0
    busy: bool = False
    contexts: int = 0
    id: int = 0
    thread: int = 0
    first_message: int = 0
    first_check: int = 0

    @property
    def total(self) -> int:
        """What the subjects say, patches that are missing included."""
        return self.size + bool(self.missing)

    @property
    def head_number(self) -> int:
        return 0 if self.has_cover else 1

    @property
    def messages(self) -> int:
        return self.has_cover + self.size + self.comments


def plan_series(world: World, amounts: Amounts) -> list[SeriesPlan]:
    """All series, in the order of their dates."""
    random = Random(f"{world.seed} series")
    plans = sorted(_plan_works(random, world, amounts.series), key=lambda plan: plan.date)
    _part_bursts(plans)
    longest = _place_long_ones(plans, amounts)
    _adjust(random, plans, "size", amounts.patches, least=1, most=19, but=longest)
    for plan in plans:
        plan.has_cover = plan.size > 1 and (plan in longest or random.random() < 0.85)
        # Without a cover it might be taken for a part of what it answers.
        is_short = plan.has_cover and plan not in longest and random.random() < 0.03
        plan.missing = random.randint(2, plan.size + 1) if is_short else 0
    _plan_answers(random, plans, amounts, longest)
    _number(plans)
    return plans


def _plan_works(random: Random, world: World, count: int) -> Iterator[SeriesPlan]:
    """As many series as are wanted, in works of one or more revisions."""
    left, work = count, 0
    span, until = timedelta(days=365 * YEARS), world.until
    projects = _deal_projects(random, count)
    sizes, weights = zip(*_SIZES, strict=True)
    while left:
        size = random.choice(random.choices(sizes, weights)[0])
        author, project = world.authors.draw(random), next(projects)
        is_linked = random.random() < 0.3
        # The root makes the traffic grow from nothing at a constant rate.
        first = until - span * (1 - random.random() ** 0.5)
        dates = _plan_revisions(random, first.replace(microsecond=0), until)[:left]
        for version, date in enumerate(dates, start=1):
            yield SeriesPlan(
                work=work,
                project=project,
                author=author,
                version=version,
                size=max(size + random.choice((-1, 0, 0, 0, 1)), 1),
                date=date,
                is_last=version == len(dates),
                is_linked=is_linked,
            )
        left, work = left - len(dates), work + 1


def _plan_revisions(random: Random, date: datetime, until: datetime) -> list[datetime]:
    """When each revision of a work was sent; some will be sent when `until` is past."""
    count = random.choices(_REVISIONS, _REVISION_WEIGHTS)[0]
    gaps = (random.expovariate(1 / 12) * 86400 + 86400 for _ in range(count - 1))
    dates = accumulate((timedelta(seconds=int(gap)) for gap in gaps), add, initial=date)
    return [date for date in dates if date <= until]


def _deal_projects(random: Random, count: int) -> Iterator[int]:
    weights = [share for _, share in PROJECTS]
    # Each has something, also where there are few series.
    yield from range(len(PROJECTS))
    yield from random.choices(range(len(PROJECTS)), weights, k=count)


def _part_bursts(plans: Sequence[SeriesPlan]) -> None:
    """Keep two sendings of one author and version so far apart that they are two."""
    last: dict[tuple[int, int], datetime] = {}
    for plan in plans:
        key = (plan.author, plan.version)
        earliest = last.get(key, plan.date) + timedelta(hours=2)
        if key in last and plan.date < earliest:
            plan.date = earliest
        last[key] = plan.date


def _place_long_ones(plans: Sequence[SeriesPlan], amounts: Amounts) -> list[SeriesPlan]:
    """Make some series long and some busy, all of them among the newest of the first project."""
    count = max(amounts.series // _PER_LONG_ONE, 1)
    large = [plan for plan in plans if plan.project == 0]
    large = large[-max(len(large) // 10, 2 * count) :]
    long_ones, busy_ones = large[:count], large[-count:]
    if amounts.patches < amounts.series + LONG_SERIES * 2:
        long_ones = []
    if amounts.comments < LONG_DISCUSSION * 2:
        busy_ones = []
    for plan in long_ones:
        plan.size = LONG_SERIES
    for plan in busy_ones:
        plan.busy = True
    return [*long_ones, *busy_ones]


def _adjust(
    random: Random,
    plans: Sequence[SeriesPlan],
    column: str,
    wanted: int,
    *,
    least: int,
    most: int,
    but: Sequence[SeriesPlan],
) -> None:
    """Change small numbers by one, here and there, until they add up to what is wanted."""
    missing = wanted - sum(getattr(plan, column) for plan in plans)
    while missing:
        plan, step = random.choice(plans), 1 if missing > 0 else -1
        now = getattr(plan, column) + step
        # Should all be as long as they may be, they grow all the same, if slowly.
        if now >= least and (now <= most or random.random() < 0.01) and plan not in but:
            setattr(plan, column, now)
            missing -= step


def _plan_answers(
    random: Random, plans: Sequence[SeriesPlan], amounts: Amounts, longest: Sequence[SeriesPlan]
) -> None:
    mean = amounts.comments / amounts.patches
    checks = amounts.checks
    for place, plan in enumerate(reversed(plans)):
        age = place / len(plans)
        # Most that waits is new, but some waits for ever.
        plan.openness = (0.95 * exp(-age / 0.05) + 0.045) * (1 if plan.is_last else 0.15)
        share = mean * plan.size * random.choice((0, 0.2, 0.5, 1, 1, 1.5, 2.8))
        plan.comments = LONG_DISCUSSION if plan.busy else round(share)
        if checks > 0:
            plan.contexts = random.randint(*_CONTEXTS)
            checks -= plan.contexts * plan.size
    busy = [plan for plan in longest if plan.busy]
    _adjust(random, plans, "comments", amounts.comments, least=0, most=60, but=busy)


def _number(plans: Sequence[SeriesPlan]) -> None:
    """Give out the ids, and link the revisions that were sent in answer to each other."""
    message = check = thread = 1
    newest: dict[int, SeriesPlan] = {}
    for row, plan in enumerate(plans, start=1):
        plan.id, plan.first_message, plan.first_check = row, message, check
        message += plan.messages
        check += plan.contexts * plan.size
        before = newest.get(plan.work) if plan.is_linked else None
        if before and before.version < plan.version and before.date < plan.date:
            plan.previous, plan.thread = before.id, before.thread
        else:
            plan.thread, thread = thread, thread + 1
        newest[plan.work] = plan
