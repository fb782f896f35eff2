"""The rows of a made-up series in all tables, as the parser and the maintainers would have left
them; held to that by `manage.py audit`."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Model

from ingest.incoming import (
    Delivery,
    Incoming,
    message_columns,
    patch_columns,
    read_incoming,
    submission_columns,
    thread_message,
)
from ingest.mail import Body, ParsedMail
from ingest.threads import ThreadMessage, derive_tokens
from ingest.threads.series import derive_lineage
from patchtrack.models import (
    Check,
    Comment,
    Cover,
    Event,
    Kind,
    Mail,
    Message,
    Outcome,
    Patch,
    SearchText,
    Series,
    Thread,
    ThreadToken,
)
from patchtrack.models.mail import compress_raw
from patchtrack.services.search_words import (
    derive_marks,
    format_tsvector,
    read_own_text,
    read_words,
)
from tools.made_mails import Letter, List, SeriesWriter
from tools.made_plan import SeriesPlan
from tools.made_words import World

# In the order in which rows may come into being.
TABLES = (
    Thread,
    ThreadToken,
    Message,
    Mail,
    Series,
    Cover,
    Patch,
    Comment,
    Check,
    Event,
    SearchText,
)
_TRAVEL = timedelta(seconds=9)
_DAY = timedelta(days=1)
_OLD = 180 * _DAY
_OPEN = {"new": 75, "under-review": 25}
_DONE = {
    "accepted": 48,
    "changes-requested": 17,
    "not-applicable": 17,
    "rejected": 6,
    "deferred": 5,
    "rfc": 4,
    "awaiting-upstream": 3,
}
_CONTEXTS = ("build", "boot", "style", "selftest", "docs")
_RESULTS = {
    Check.Result.SUCCESS: 80,
    Check.Result.WARNING: 8,
    Check.Result.FAIL: 7,
    Check.Result.PENDING: 5,
}
# The worst first.
_WORST = (Check.Result.FAIL, Check.Result.WARNING, Check.Result.PENDING, Check.Result.SUCCESS)
_NO_SUBJECT = dict.fromkeys(
    (
        "actor_id",
        "message_id",
        "series_id",
        "state_check_id",
        "previous_state_id",
        "current_state_id",
        "current_delegate_id",
    )
)

Rows = dict[type[Model], list[dict[str, Any]]]
Category = Event.Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the rows of all series refer to, by database ids: projects and their lists in the
    order of the plan's, people by address, states by slug, of each project the users who are
    delegates, and the user whose program writes checks; and the tags that are counted."""

    world: World
    lists: Sequence[List]
    projects: Sequence[int]
    people: Mapping[str, int]
    states: Mapping[str, int]
    delegates: Sequence[Sequence[int]]
    bot: int
    tags: frozenset[str]


def make_rows(setting: Setting, plans: Iterable[tuple[SeriesPlan, str]]) -> Rows:
    """The rows of series, by table; each plan comes with the message-id of the head of the
    series that it answers, or with an empty text. Equal for equal arguments."""
    rows: Rows = {table: [] for table in TABLES}
    for plan, previous_head in plans:
        _SeriesRows(setting, plan, rows).add(previous_head)
    return rows


class _SeriesRows:
    """Adds the rows of one series to those of others."""

    def __init__(self, setting: Setting, plan: SeriesPlan, rows: Rows) -> None:
        self._setting, self._plan, self._rows = setting, plan, rows
        self._random = Random(f"{setting.world.seed} rows of {plan.id}")
        self._project = setting.projects[plan.project]
        self._linkname = setting.lists[plan.project].name
        # By the number of a patch or cover, and its comments' ones with it.
        self._values: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._comments: Counter[int] = Counter()

    def add(self, previous_head: str) -> None:
        plan, setting = self._plan, self._setting
        writer = SeriesWriter(setting.world, plan, setting.lists[plan.project])
        letters = list(writer.letters(previous_head))
        if plan.previous is None:
            self._put(Thread, id=plan.thread, project_id=self._project)
        self._add_messages(letters, previous_head)
        ids = {letter.number: row for row, letter in self._numbered(letters)}
        self._comments.update(one.parent for one in letters if one.number is None)
        self._add_series(letters[0], letters[plan.has_cover : plan.has_cover + plan.size])
        if plan.has_cover:
            self._add_cover(letters[0])
        delegate, slug = self._choose_delegate(letters[0]), self._choose_state()
        for place in range(plan.has_cover, plan.has_cover + plan.size):
            self._add_patch(place, letters[place], delegate, slug)
        for row, letter in self._numbered(letters):
            if letter.number is None:
                self._add_comment(row, letter, ids[letter.parent])

    def _numbered(self, letters: Sequence[Letter]) -> Iterator[tuple[int, Letter]]:
        return enumerate(letters, start=self._plan.first_message)

    def _put(self, table: type[Model], **columns: Any) -> None:
        self._rows[table].append(columns)

    def _add_event(self, category: Category, date: datetime, **columns: Any) -> None:
        named = {"project_id": self._project, "category": category.value, "date": date}
        self._put(Event, **(_NO_SUBJECT | named | columns))

    # Messages.

    def _add_messages(self, letters: Sequence[Letter], previous_head: str) -> None:
        tokens: set[int] = set()
        for row, letter in self._numbered(letters):
            delivery = Delivery(raw=letter.raw, received_at=letter.parsed.date + _TRAVEL)
            incoming = read_incoming(delivery, letter.parsed)
            tokens |= incoming.tokens
            self._add_message(row, letter, delivery)
            self._put(Mail, id=row, **_mail_columns(incoming, row, self._project))
        if previous_head:
            tokens -= _find_token(letters[0].parsed, previous_head)
        for token in tokens:
            columns = {"project_id": self._project, "thread_id": self._plan.thread}
            self._put(ThreadToken, token=token, **columns)

    def _add_message(self, row: int, letter: Letter, delivery: Delivery) -> None:
        parsed, tags = letter.parsed, self._setting.tags
        columns = message_columns(parsed, delivery.received_at, tags)
        trailers = columns["trailers"]
        about = letter.parent if letter.number is None else letter.number
        for key in trailers.keys() & tags:
            self._values[about][key].update(trailers[key])
        kind = Kind.COMMENT if letter.number is None else columns["nature"]
        self._put(
            Message,
            id=row,
            project_id=self._project,
            thread_id=self._plan.thread,
            message_id=parsed.message_id,
            author_id=self._setting.people[parsed.author.address],
            kind=str(kind),
            **(columns | {"trailers": json.dumps(trailers)}),
        )
        self._add_words(row, parsed, str(kind))

    def _add_words(self, row: int, parsed: ParsedMail, kind: str) -> None:
        words = read_words(
            subject=parsed.subject.text,
            name=parsed.author.name,
            address=parsed.author.address,
            paths=parsed.facts.paths if parsed.facts else (),
            body=read_own_text(Body(message=parsed.message, diff="")),
            marks=derive_marks(
                project=self._project,
                kind=kind,
                message_id=parsed.message_id,
                date=parsed.date,
                now=self._setting.world.until + _DAY,
            ),
        )
        self._put(SearchText, message_id=row, date=parsed.date, words=format_tsvector(words))

    def _add_comment(self, row: int, letter: Letter, parent: int) -> None:
        is_on_patch = letter.parent != 0
        self._put(
            Comment,
            message_id=row,
            patch_id=parent if is_on_patch else None,
            cover_id=None if is_on_patch else parent,
            addressed=self._choose_addressed(letter.parsed),
        )
        category = Category.PATCH_COMMENT_CREATED if is_on_patch else Category.COVER_COMMENT_CREATED
        self._add_event(category, letter.parsed.date + _TRAVEL, message_id=row)

    # Series, covers and patches.

    def _add_series(self, head: Letter, patches: Sequence[Letter]) -> None:
        plan, parsed = self._plan, head.parsed
        tags = Counter(key for patch in patches for key in self._values[patch.number])
        self._put(
            Series,
            id=plan.id,
            project_id=self._project,
            head_id=plan.first_message,
            name=parsed.subject.name,
            submitter_id=self._setting.people[parsed.author.address],
            date=parsed.date,
            version=plan.version,
            total=plan.total,
            received_total=plan.size,
            complete=not plan.missing,
            partial=False,
            lineage=derive_lineage(self._light(head)),
            previous_id=plan.previous,
            comment_count=self._comments.total(),
            tags=json.dumps(dict(sorted(tags.items()))),
        )
        date = parsed.date + _TRAVEL
        self._add_event(Category.SERIES_CREATED, date, series_id=plan.id)
        if not plan.missing:
            self._add_event(Category.SERIES_COMPLETED, date, series_id=plan.id)

    def _light(self, letter: Letter) -> ThreadMessage:
        parsed, tags = letter.parsed, self._setting.tags
        columns = message_columns(parsed, parsed.date, tags)
        return thread_message(parsed.message_id, parsed.author.address, columns, tags)

    def _shared_columns(self, letter: Letter) -> dict[str, Any]:
        return {
            "project_id": self._project,
            "date": letter.parsed.date,
            "submitter_id": self._setting.people[letter.parsed.author.address],
            "series_id": self._plan.id,
        }

    def _add_cover(self, letter: Letter) -> None:
        row = self._plan.first_message
        columns = submission_columns(letter.parsed, self._linkname)
        self._put(Cover, message_id=row, **columns, **self._shared_columns(letter))
        self._add_event(Category.COVER_CREATED, letter.parsed.date + _TRAVEL, message_id=row)

    def _add_patch(self, place: int, letter: Letter, delegate: int | None, slug: str) -> None:
        plan, random = self._plan, self._random
        row = plan.first_message + place
        follows_all = not plan.missing or letter.number < plan.missing
        if random.random() < 0.04:
            slug = self._choose_state()
        is_old = self._setting.world.until - letter.parsed.date > _OLD
        columns = patch_columns(letter.parsed, self._linkname)
        values = self._values[letter.number]
        self._put(
            Patch,
            message_id=row,
            msgid=letter.parsed.message_id,
            number=letter.parsed.subject.number,
            follows_all=follows_all,
            version=plan.version,
            comment_count=self._comments[letter.number],
            state_id=self._setting.states[slug],
            delegate_id=delegate,
            archived=is_old and slug not in _OPEN and random.random() < 0.4,
            commit_ref=f"{random.getrandbits(160):040x}" if slug == "accepted" else "",
            tags=json.dumps({key: len(values[key]) for key in sorted(values)}),
            check_state=self._add_checks(row, place - plan.has_cover, letter.parsed.date),
            **(columns | {"paths": json.dumps(columns["paths"])}),
            **self._shared_columns(letter),
        )
        self._add_patch_events(row, letter.parsed.date, follows_all, delegate, slug)

    def _add_patch_events(
        self, row: int, sent: datetime, follows_all: bool, delegate: int | None, slug: str
    ) -> None:
        self._add_event(Category.PATCH_CREATED, sent + _TRAVEL, message_id=row)
        if follows_all:
            self._add_event(Category.PATCH_COMPLETED, sent + _TRAVEL, message_id=row)
        later = {"date": min(sent + 3 * _DAY, self._setting.world.until), "message_id": row}
        if delegate is not None:
            changed = {"actor_id": delegate, "current_delegate_id": delegate}
            self._add_event(Category.PATCH_DELEGATED, **later, **changed)
        if slug != "new":
            states, actor = self._setting.states, delegate or self._setting.bot
            changed = {"previous_state_id": states["new"], "current_state_id": states[slug]}
            self._add_event(Category.PATCH_STATE_CHANGED, **later, actor_id=actor, **changed)

    def _add_checks(self, patch: int, place: int, sent: datetime) -> int | None:
        """The checks of the series' patch at `place`; what they come to."""
        contexts, results = self._plan.contexts, {}
        for number in range(contexts):
            row = self._plan.first_check + place * contexts + number
            # Now and then a test is run again.
            context = self._random.choice(_CONTEXTS) if number == 4 else _CONTEXTS[number]
            [result] = self._random.choices([*_RESULTS], [*_RESULTS.values()])
            results[context] = result
            date = sent + timedelta(minutes=10 + number)
            self._put(
                Check,
                id=row,
                patch_id=patch,
                user_id=self._setting.bot,
                date=date,
                state=result.value,
                target_url=f"https://ci.example.org/{context}/{row}",
                description=f"{context} was tried",
                context=context,
            )
            about = {"message_id": patch, "state_check_id": row, "actor_id": self._setting.bot}
            self._add_event(Category.CHECK_CREATED, date, **about)
        return next((result.value for result in _WORST if result in results.values()), None)

    # Choices.

    def _choose_state(self) -> str:
        if self._random.random() < self._plan.openness:
            return self._draw(_OPEN)
        if not self._plan.is_last and self._random.random() < 0.85:
            return "superseded"
        return self._draw(_DONE)

    def _choose_addressed(self, comment: ParsedMail) -> bool | None:
        """What was asked for long ago was done, for the most part."""
        if not comment.hints.action_required:
            return None
        is_old = self._setting.world.until - comment.date > _OLD
        return is_old and self._random.random() < 0.9

    def _draw(self, weights: Mapping[str, int]) -> str:
        return self._random.choices([*weights], [*weights.values()])[0]

    def _choose_delegate(self, head: Letter) -> int | None:
        """Who looks after the subsystem, for most series."""
        subsystem = head.parsed.subject.name.partition(":")[0]
        delegates = self._setting.delegates[self._plan.project]
        delegate = delegates[sum(subsystem.encode()) % len(delegates)]
        return delegate if self._random.random() < 0.6 else None


def _mail_columns(incoming: Incoming, message: int, project: int) -> dict[str, Any]:
    delivery = incoming.delivery
    return {
        "project_id": project,
        "message_id": message,
        "shown": True,
        "raw": compress_raw(delivery.raw),
        "sha256": delivery.sha256,
        "size": len(delivery.raw),
        "content_hash": incoming.parsed.content_hash,
        "hop_date": incoming.parsed.hop_date,
        "received_at": delivery.received_at,
        "outcome": Outcome.STORED.value,
    }


def _find_token(like: ParsedMail, message_id: str) -> frozenset[int]:
    """The token that a message of this id has for itself."""
    return derive_tokens(replace(like, message_id=message_id, ancestors=(), date=None))
