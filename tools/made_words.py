"""A made-up world to write mails about: its words, people, subsystems and files, all of a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from ingest.mail.values import Address

_ONSETS = "b br ch d dr f fl g gl gr h j k kl l m n p pl r s sk sl sp st t tr v w z".split()
_VOWELS = "a e i o u ai ea ee oo ou".split()
_CODAS = ["", *"b ck d f g l lt m n nd p r rn s sh st t".split()]
_VERBS = "fix add remove use rename simplify avoid handle check drop document convert".split()
_FILLERS = "in for of with before after without when".split()
_TOPS = "src lib tests".split()
_WORDS = 20_000
_SUBSYSTEMS = 60
_PARAGRAPHS = 400
# Of so many names, one is written with a letter beyond ASCII.
_ACCENTED = 12

Item = TypeVar("Item")


class Lot(Generic[Item]):
    """Items of which the first are drawn most often: the n-th 1/n times as often (Zipf's law)."""

    def __init__(self, items: Sequence[Item], flatness: float = 0.0) -> None:
        self.items = items
        self._bounds = list(accumulate(1 / (place + 1 + flatness) for place in range(len(items))))

    def draw(self, random: Random) -> Item:
        return self.draw_many(random, 1)[0]

    def draw_many(self, random: Random, count: int) -> list[Item]:
        return random.choices(self.items, cum_weights=self._bounds, k=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsystem:
    """A part of the source: the word that begins its patches' names, its modules and files."""

    name: str
    modules: Sequence[str]
    files: Lot[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`people` are in the order of how much they write; the newest mail is of `until`."""

    seed: int
    until: datetime
    people: Sequence[Address]
    authors: Lot[int]
    words: Lot[str]
    subsystems: Lot[Subsystem]
    paragraphs: Sequence[str]


def make_world(seed: int, until: datetime, people: int) -> World:
    random = Random(f"{seed} world")
    names = _make_words(random, _WORDS)
    words = Lot(names)
    subsystems = [_make_subsystem(random, name) for name in _make_words(random, _SUBSYSTEMS)]
    return World(
        seed=seed,
        until=until,
        people=_make_people(random, people),
        # Flatter than words are: the first writes a few per cent of all, not a tenth.
        authors=Lot(range(people), flatness=people / 100),
        words=words,
        subsystems=Lot(subsystems),
        paragraphs=[_make_paragraph(random, words) for _ in range(_PARAGRAPHS)],
    )


def make_name(random: Random, world: World, subsystem: Subsystem) -> str:
    """What a patch of a subsystem may be called."""
    what, where = world.words.draw_many(random, 2)
    change = f"{random.choice(_VERBS)} {what} {random.choice(_FILLERS)} {where}"
    if random.random() < 0.7:
        return f"{subsystem.name}: {random.choice(subsystem.modules)}: {change}"
    return f"{subsystem.name}: {change}"


def make_sentence(random: Random, world: World, count: int = 8) -> str:
    return " ".join(world.words.draw_many(random, count)).capitalize() + "."


def _make_words(random: Random, count: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = random.choice((1, 2, 2, 2, 3))
        pieces = (_ONSETS, _VOWELS, _CODAS) * syllables
        words["".join(random.choice(piece) for piece in pieces)] = None
    return list(words)


def _make_people(random: Random, count: int) -> list[Address]:
    first = [word.capitalize() for word in _make_words(random, 300)]
    last = [word.capitalize() for word in _make_words(random, 900)]
    hosts = Lot(_make_words(random, 200))
    people = []
    for number in range(count):
        name = f"{random.choice(first)} {random.choice(last)}"
        address = f"{name.replace(' ', '.').lower()}.{number}@{hosts.draw(random)}.example"
        shown = name.replace("o", "ö") if number % _ACCENTED == 0 else name
        people.append(Address(name=shown, address=address))
    return people


def _make_subsystem(random: Random, name: str) -> Subsystem:
    modules = _make_words(random, random.randint(3, 30))
    files = [f"include/{name}.h", f"docs/{name}.rst"]
    for module in modules:
        top = random.choice(_TOPS)
        files += [f"{top}/{name}/{module}/{word}.c" for word in _make_words(random, 6)]
    random.shuffle(files)
    return Subsystem(name=name, modules=modules, files=Lot(files, flatness=5))


def _make_paragraph(random: Random, words: Lot[str]) -> str:
    """Lines of mail, LF ended."""
    lines = (" ".join(words.draw_many(random, 10)) for _ in range(random.randint(2, 7)))
    return "\n".join(lines).capitalize() + ".\n"
