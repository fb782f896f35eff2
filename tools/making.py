"""Fills a database with made-up rows: some tables by Django, the large ones by COPY from several
processes at once."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from random import Random

from django.contrib.auth import get_user_model
from django.db import connection, connections

from ingest.policy import find_tags
from patchtrack.models import (
    ArrivalBlock,
    Bundle,
    BundlePatch,
    DelegationRule,
    Patch,
    Person,
    Project,
    State,
)
from tools.copying import copy_rows, settle_tables, without_indexes
from tools.made_mails import List, head_id
from tools.made_plan import PROJECTS, Amounts, SeriesPlan, plan_series
from tools.made_rows import TABLES, Setting, make_rows
from tools.made_words import World, make_world

# Series that are made and copied at once.
_CHUNK = 250
_LONGEST_BUNDLE = 50
# How many patches bundles are made of.
_BUNDLED = 20_000

Chunk = list[tuple[SeriesPlan, str]]


def fill_database(
    amounts: Amounts, seed: int, until: datetime, jobs: int, tell: Callable[..., None]
) -> None:
    """Fill a database that has our tables and no mail; `tell(what, done, total)` hears of it."""
    tell("making people, projects and users")
    world = make_world(seed, until, amounts.people)
    setting = _add_setting(world, amounts)
    tell("planning series")
    plans = plan_series(world, amounts)
    connection.ensure_connection()
    with without_indexes(TABLES):
        _copy_series(setting, plans, jobs, tell)
        _number_events()
        _note_arrivals()
        tell("making indexes")
        _speed_up()
    settle_tables([Project, Person, *TABLES])
    _add_bundles(setting, amounts.bundles)
    tell("done")


def _number_events() -> None:
    """Events have happened in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patchtrack_event SET cursor = id")
        cursor.execute(
            "UPDATE patchtrack_eventcounter SET last = (SELECT max(id) FROM patchtrack_event)"
        )


def _note_arrivals() -> None:
    """What is noted of mail when the search comes to know of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patchtrack_arrivalblock (day, block) SELECT DISTINCT"
            " (received_at AT TIME ZONE 'UTC')::date, message_id / %s FROM patchtrack_mail",
            [ArrivalBlock.SIZE],
        )


def _speed_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")


# What is small.


def _add_setting(world: World, amounts: Amounts) -> Setting:
    random = Random(f"{world.seed} setting")
    lists = [List(name=name, label=f"{name}-next") for name, _ in PROJECTS]
    projects = [_add_project(mailing_list) for mailing_list in lists]
    named = {"named_at": world.until}
    rows = (Person(name=one.name, address=one.address, **named) for one in world.people)
    people = {person.address: person.pk for person in Person.objects.bulk_create(rows)}
    users = _add_users(world, amounts.users)
    delegates = []
    for project in projects:
        chosen = random.sample(users[1:], max(len(users) // 4, 2))
        project.maintainers.set(chosen)
        delegates.append([user.pk for user in chosen])
        DelegationRule.objects.bulk_create(
            DelegationRule(project=project, user=user, path=f"src/{subsystem.name}/*")
            for user, subsystem in zip(chosen, world.subsystems.items, strict=False)
        )
    return Setting(
        world=world,
        lists=lists,
        projects=[project.pk for project in projects],
        people=people,
        states=dict(State.objects.values_list("slug", "pk")),
        delegates=delegates,
        bot=users[0].pk,
        tags=find_tags(),
    )


def _add_project(mailing_list: List) -> Project:
    return Project.objects.create(
        linkname=mailing_list.name,
        name=f"The {mailing_list.name} project",
        list_id=f"{mailing_list.name}.lists.example.org",
        list_email=mailing_list.address,
        list_archive_url_format="https://lists.example.org/{}/",
        web_url=f"https://{mailing_list.name}.example.org/",
        scm_url=f"https://git.example.org/{mailing_list.name}.git",
    )


def _add_users(world: World, count: int) -> list:
    """Users without passwords, each one of the people who write most; a program comes first."""
    user_model = get_user_model()
    users = [user_model(username="robot", email="robot@ci.example", password="!")]  # noqa: S106
    for person in world.people[: count - 1]:
        name = person.address.partition("@")[0]
        users.append(user_model(username=name, email=person.address, password="!"))  # noqa: S106
    users = user_model.objects.bulk_create(users)
    people = Person.objects.in_bulk([user.email for user in users[1:]], field_name="address")
    for user in users[1:]:
        people[user.email].user = user
    Person.objects.bulk_update(people.values(), ["user"])
    return users


def _add_bundles(setting: Setting, count: int) -> None:
    random = Random(f"{setting.world.seed} bundles")
    project = setting.projects[0]
    newest = Patch.objects.filter(project=project).order_by("-pk")
    patches = list(newest.values_list("pk", flat=True)[:_BUNDLED])
    bundles = Bundle.objects.bulk_create(
        Bundle(
            project_id=project,
            owner_id=random.choice(setting.delegates[0]),
            name=f"bundle-{number}",
            public=random.random() < 0.5,
        )
        for number in range(count)
    )
    size = min(_LONGEST_BUNDLE, len(patches))
    BundlePatch.objects.bulk_create(
        BundlePatch(bundle=bundle, patch_id=patch, order=place)
        for bundle in bundles
        for place, patch in enumerate(random.sample(patches, random.randint(1, size)), start=1)
    )


# What is large.


def _copy_series(
    setting: Setting, plans: Sequence[SeriesPlan], jobs: int, tell: Callable[..., None]
) -> None:
    global _setting  # noqa: PLW0603 (a forked process finds it here, without a copy being sent)
    _setting = setting
    total = sum(plan.messages for plan in plans)
    # A forked process must not share its parent's connection.
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        done = 0
        for messages in pool.imap_unordered(_copy_chunk, _split(plans)):
            done += messages
            tell("writing mails", done, total)


_setting: Setting


def _split(plans: Sequence[SeriesPlan]) -> Iterator[Chunk]:
    """Each plan with the message-id of the head of the series that it answers."""
    for start in range(0, len(plans), _CHUNK):
        yield [
            (plan, head_id(plans[plan.previous - 1]) if plan.previous else "")
            for plan in plans[start : start + _CHUNK]
        ]


def _copy_chunk(chunk: Chunk) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    for table, rows in make_rows(_setting, chunk).items():
        copy_rows(table, rows)
    return sum(plan.messages for plan, _ in chunk)
