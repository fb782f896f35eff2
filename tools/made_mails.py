"""The mails of a made-up series, as bytes and as what the parser reads in them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random

from ingest.mail.patch_hash import hash_diff
from ingest.mail.values import Address, DiffFacts, FileChange, Hints, ParsedMail, Subject, Trailer
from tools.made_plan import SeriesPlan
from tools.made_words import Subsystem, World, make_name, make_sentence

_LONGEST_REFERENCES = 8
_ANSWERING = (("Reviewed-by", 0.15), ("Acked-by", 0.06), ("Tested-by", 0.03))
# The share of comments that ask for action.
_ASKING = 0.01
_CONTEXT = ("struct cup *cup = find_cup(tray);", "", "if (!cup)", "\treturn -ENOTEA;", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """The mailing list of a project; `label` is a word that subjects may have before `PATCH`."""

    name: str
    label: str

    @property
    def address(self) -> str:
        return f"{self.name}@lists.example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail. `number` is a submission's place in its series, None for a comment, which is on
    `parent`, a submission's place."""

    raw: bytes
    parsed: ParsedMail
    number: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the revisions of one work have in common."""

    subsystem: Subsystem
    name: str
    patches: Sequence[str]
    words: Sequence[str]


class SeriesWriter:
    """Writes all mails of one series, the same for the same seed."""

    def __init__(self, world: World, plan: SeriesPlan, mailing_list: List) -> None:
        self._seed, self._until = world.seed, world.until
        self._world, self._plan, self._list = world, plan, mailing_list
        self._random = Random(f"{self._seed} mails of {plan.id}")
        self._work = self._make_work()
        self._author = world.people[plan.author]

    def letters(self, previous_head: str) -> Iterator[Letter]:
        """First the submissions by their numbers, then the comments, each after what it answers.

        `previous_head` is the message-id of what the series was sent in answer to, or empty.
        """
        submissions = list(self._submissions(previous_head))
        yield from submissions
        yield from self._comments(submissions)

    def _make_work(self) -> Work:
        """Names of patches depend on the work alone, so that its revisions can be compared."""
        random, world = Random(f"{self._seed} work {self._plan.work}"), self._world
        subsystem = world.subsystems.draw(random)
        name = make_name(random, world, subsystem)
        patches = [make_name(random, world, subsystem) for _ in range(self._plan.total)]
        shares = {"RFC": 0.04, self._list.label: 0.6}
        words = [word for word, share in shares.items() if random.random() < share]
        return Work(subsystem=subsystem, name=name, patches=patches, words=words)

    # Patches and covers.

    def _submissions(self, previous_head: str) -> Iterator[Letter]:
        plan, head = self._plan, head_id(self._plan)
        above = [previous_head] if previous_head else []
        for number in range(plan.head_number, plan.total + 1):
            is_head = number == plan.head_number
            if is_head or number != plan.missing:
                yield self._submission(number, above if is_head else [*above, head])

    def _submission(self, number: int, references: Sequence[str]) -> Letter:
        plan = self._plan
        name = self._work.patches[number - 1] if number else self._work.name
        trailers, diff, files = (), "", ()
        if number:
            trailers = tuple(self._own_trailers())
            diff, files = self._make_diff(number)
        return self._write(
            message_id=_make_id(plan, str(number)),
            references=references,
            author=self._author,
            date=plan.date + timedelta(seconds=number),
            subject=self._make_subject(number, name),
            text=self._make_message(trailers, files),
            trailers=trailers,
            diff=diff,
            files=files,
            number=number,
        )

    def _make_subject(self, number: int, name: str) -> Subject:
        plan = self._plan
        is_numbered = plan.total > 1
        words = list(self._work.words)
        if plan.version > 1:
            words.append(f"v{plan.version}")
        if is_numbered:
            words.append(f"{number:0{len(str(plan.total))}}/{plan.total}")
        return Subject(
            text=f"[{' '.join(['PATCH', *words])}] {name}",
            name=name,
            prefixes=tuple(words),
            is_reply=False,
            version=plan.version,
            label="",
            number=number if is_numbered else None,
            total=plan.total if is_numbered else None,
        )

    def _own_trailers(self) -> Iterator[Trailer]:
        if self._random.random() < 0.15:
            commit = f"{self._random.getrandbits(48):012x}"
            name = make_name(self._random, self._world, self._work.subsystem)
            yield Trailer(key="Fixes", value=f'{commit} ("{name}")')
        yield Trailer(key="Signed-off-by", value=format_address(self._author))

    def _make_message(self, trailers: Sequence[Trailer], files: Sequence[FileChange]) -> str:
        random = self._random
        paragraphs = random.choices(self._world.paragraphs, k=random.choice((1, 1, 2, 3)))
        text = "\n".join([make_sentence(random, self._world) + "\n", *paragraphs])
        if trailers:
            text += "\n" + format_trailers(trailers)
        if files:
            stat = (f" {file.path} | {file.added + file.removed} +-\n" for file in files)
            text += f"---\n{''.join(stat)} {len(files)} files changed\n\n"
        return text

    def _make_diff(self, number: int) -> tuple[str, tuple[FileChange, ...]]:
        """Of a patch, of which about every other revision changes the content."""
        plan = self._plan
        coins = Random(f"{self._seed} coins {plan.work} {number}")
        content = sum(coins.random() < 0.5 for _ in range(plan.version - 1))
        random = Random(f"{self._seed} diff {plan.work} {number} {content}")
        files = self._work.subsystem.files
        paths = sorted(set(files.draw_many(random, random.choice((1, 1, 1, 2, 2, 4)))))
        changed = [self._make_file(random, path) for path in paths]
        return "".join(text for text, _ in changed), tuple(change for _, change in changed)

    def _make_file(self, random: Random, path: str) -> tuple[str, FileChange]:
        old, new = random.getrandbits(48), random.getrandbits(48)
        removed, added = random.randint(0, 3), random.randint(1, 12)
        words = iter(self._world.words.draw_many(random, removed + added))
        lines = [f" \t{line}" if line else " " for line in _CONTEXT]
        lines += [f"-\t{next(words)}(cup, {random.randint(0, 99)});" for _ in range(removed)]
        lines += [f"+\t{next(words)}(cup, {random.randint(0, 999)});" for _ in range(added)]
        lines += [" ", " \treturn cup;", " }"]
        context, start = len(_CONTEXT) + 3, random.randint(1, 2000)
        text = (
            f"diff --git a/{path} b/{path}\nindex {old:012x}..{new:012x} 100644\n"
            f"--- a/{path}\n+++ b/{path}\n"
            f"@@ -{start},{context + removed} +{start},{context + added} @@ int pour(void)\n"
        )
        change = FileChange(path=path, added=added, removed=removed)
        return text + "\n".join(lines) + "\n", change

    # Comments.

    def _comments(self, submissions: Sequence[Letter]) -> Iterator[Letter]:
        newest: dict[int | None, Letter] = {}
        for place in range(self._plan.comments):
            target = submissions[-1] if self._plan.busy else self._random.choice(submissions)
            # Most go on with the conversation, as deep as it goes.
            is_deeper = target.number in newest and self._random.random() < 0.6
            answered = newest[target.number] if is_deeper else target
            letter = self._answer(place, target, answered)
            newest[target.number] = letter
            yield letter

    def _answer(self, place: int, target: Letter, answered: Letter) -> Letter:
        random, subject = self._random, target.parsed.subject
        who = self._author if random.random() < 0.3 else self._draw_person()
        trailers = tuple(
            Trailer(key=key, value=format_address(who))
            for key, share in _ANSWERING
            if who is not self._author and random.random() < share
        )
        before = answered.parsed
        date = before.date + timedelta(seconds=int(random.expovariate(1 / 40_000)) + 60)
        return self._write(
            message_id=_make_id(self._plan, f"re{place}"),
            references=(*reversed(before.ancestors), before.message_id)[-_LONGEST_REFERENCES:],
            author=who,
            # Nothing comes from the future; what is newest was answered at once.
            date=min(date, max(before.date, self._until)),
            subject=Subject(
                text=f"Re: {subject.text}",
                name=subject.name,
                prefixes=subject.prefixes,
                is_reply=True,
                version=subject.version,
                label="",
                number=subject.number,
                total=subject.total,
            ),
            text=self._make_answer(before, trailers),
            trailers=trailers,
            parent=target.number,
            asks=random.random() < _ASKING,
        )

    def _draw_person(self) -> Address:
        return self._world.people[self._world.authors.draw(self._random)]

    def _make_answer(self, answered: ParsedMail, trailers: Sequence[Trailer]) -> str:
        random = self._random
        lines = (answered.diff or answered.message).split("\n")[:-1]
        start = 4 if answered.diff else 0
        quoted = lines[start : start + random.randint(3, 12)]
        text = f"{answered.author.name} wrote:\n" + "".join(f"> {line}\n" for line in quoted)
        text += f"\n{make_sentence(random, self._world, random.randint(3, 20))}\n"
        if random.random() < 0.5:
            text += f"\n{random.choice(self._world.paragraphs)}"
        return text + ("\n" + format_trailers(trailers) if trailers else "")

    # Bytes.

    def _write(  # noqa: PLR0913 (a mail says many things)
        self,
        *,
        message_id: str,
        references: Sequence[str],
        author: Address,
        date: datetime,
        subject: Subject,
        text: str,
        trailers: tuple[Trailer, ...],
        diff: str = "",
        files: tuple[FileChange, ...] = (),
        number: int | None = None,
        parent: int | None = None,
        asks: bool = False,
    ) -> Letter:
        sent = format_datetime(date)
        fields = {
            "From": format_address(author),
            "To": self._list.address,
            "Subject": subject.text,
            "Date": sent,
            "Message-ID": f"<{message_id}>",
            "In-Reply-To": f"<{references[-1]}>" if references else "",
            "References": " ".join(f"<{reference}>" for reference in references),
            "X-Patchwork-Action-Required": "yes" if asks else "",
            "List-Id": f"<{self._list.name}.lists.example.org>",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Transfer-Encoding": "8bit",
        }
        ancestors = tuple(reversed(references))
        said = (author.address, author.name, sent, subject.text, " ".join(ancestors))
        content = "\0".join((*said, text.rstrip("\n"), diff.rstrip("\n"))).encode()
        parsed = ParsedMail(
            message_id=message_id,
            ancestors=ancestors,
            subject=subject,
            author=author,
            date=date,
            hop_date=None,
            list_ids=(f"{self._list.name}.lists.example.org",),
            message=text,
            diff=diff,
            facts=_read_facts(diff, files) if diff else None,
            pull_url="",
            trailers=trailers,
            dependencies=(),
            hints=Hints(action_required=asks),
            flags=(),
            content_hash=hashlib.sha256(content).hexdigest(),
        )
        return Letter(
            raw=_format_mail(fields, text, diff), parsed=parsed, number=number, parent=parent
        )


def head_id(plan: SeriesPlan) -> str:
    """The message-id of the cover, or of the first patch."""
    return _make_id(plan, str(plan.head_number))


def format_address(address: Address) -> str:
    return f"{address.name} <{address.address}>"


def format_trailers(trailers: Sequence[Trailer]) -> str:
    return "".join(f"{trailer.key}: {trailer.value}\n" for trailer in trailers)


def _make_id(plan: SeriesPlan, leaf: str) -> str:
    return f"{plan.date:%Y%m%d%H%M%S}.{plan.id}-{leaf}@mail.example"


def _read_facts(diff: str, files: tuple[FileChange, ...]) -> DiffFacts:
    return DiffFacts(
        files=files, paths=tuple(sorted(file.path for file in files)), hash=hash_diff(diff)
    )


def _format_mail(fields: Mapping[str, str], text: str, diff: str) -> bytes:
    header = "".join([f"{name}: {value}\n" for name, value in fields.items() if value])
    signature = "-- \n2.47.0\n" if diff else ""
    return f"{header}\n{text}{diff}{signature}".encode()
