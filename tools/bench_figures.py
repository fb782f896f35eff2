"""What a run of the daemon came to, and whether it had to come to more."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from tools.bench_clients import is_accepted
from tools.bench_machine import Memory

FIFTHS = 5
# What a run must come to, and from how many messages on it tells something.
LEAST_RATE = 300.0
MOST_P99_SECONDS = 1.0
RATED_MESSAGES = 1000
MOST_GROWTH = 0.10
LAST_MESSAGES = 5000
GROWN_MESSAGES = 10_000
MOST_DELIVER_SECONDS = 0.045
MOST_DELIVER_BYTES = 15e6
MOST_DELIVER_RATIO = 3.0
RATED_RUNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The memory of the daemon's event loop, and of all its parser processes together."""

    loop: Memory
    workers: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """What tools/deliver took: the medians of its wall and CPU seconds, its highest peak of bytes,
    and the wall seconds of a Python that does nothing; how often it ran, and failed."""

    runs: int
    failed: int
    seconds: float
    cpu: float
    memory: int
    empty_seconds: float


@dataclass(slots=True, kw_only=True)
class Figures:
    """What a run came to: seconds and bytes. `samples` are by the number of answers, 0 first."""

    messages: int
    wall: float
    seconds: list[float]
    answers: Counter[str]
    cpu: dict[str, float]
    samples: dict[int, Sample]
    missing: int = 0
    pipe: Pipe | None = None

    def rate(self) -> float:
        return self.messages / self.wall

    def quantile(self, share: float) -> float:
        """The time within which that share of the answers came."""
        return quantile(self.seconds, share)

    def refused(self) -> int:
        return sum(count for answer, count in self.answers.items() if not is_accepted(answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something that a run must come to; `found` is what it came to."""

    wanted: str
    found: str
    is_met: bool


def quantile(seconds: Sequence[float], share: float) -> float:
    """The least time within which that share of them lies: of 20, p95 is the second longest."""
    ordered = sorted(seconds)
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def choose_points(messages: int) -> frozenset[int]:
    """After how many answers memory is read."""
    fifths = (messages * number // FIFTHS for number in range(FIFTHS + 1))
    return frozenset([*fifths, max(messages - LAST_MESSAGES, 0)])


def list_bars(figures: Figures) -> Iterator[Bar]:
    yield Bar(
        wanted="every mail accepted and stored",
        found=f"{figures.refused()} not accepted, {figures.missing} not in the database",
        is_met=figures.refused() == figures.missing == 0,
    )
    if figures.messages >= RATED_MESSAGES:
        yield Bar(
            wanted=f"at least {LEAST_RATE:.0f} messages/s",
            found=f"{figures.rate():.0f}",
            is_met=figures.rate() >= LEAST_RATE,
        )
        p99 = figures.quantile(0.99)
        yield Bar(
            wanted=f"p99 under {MOST_P99_SECONDS * 1000:.0f} ms",
            found=f"{p99 * 1000:.0f} ms",
            is_met=p99 < MOST_P99_SECONDS,
        )
    if figures.messages >= GROWN_MESSAGES:
        yield from _list_growth(figures)
    if figures.pipe:
        yield from _list_pipe_bars(figures.pipe)


def _list_growth(figures: Figures) -> Iterator[Bar]:
    half = figures.samples[figures.messages - LAST_MESSAGES]
    end = figures.samples[figures.messages]
    pairs = {"daemon": (half.loop, end.loop), "workers": (half.workers, end.workers)}
    for name, (before, after) in pairs.items():
        growth = after.allocated / before.allocated - 1
        yield Bar(
            wanted=f"{name}: the last {LAST_MESSAGES} add less than {MOST_GROWTH:.0%}",
            found=f"{growth:+.1%}",
            is_met=growth < MOST_GROWTH,
        )


def _list_pipe_bars(pipe: Pipe) -> Iterator[Bar]:
    yield Bar(
        wanted="tools/deliver: no failure",
        found=f"{pipe.failed} of {pipe.runs}",
        is_met=pipe.failed == 0,
    )
    if pipe.runs < RATED_RUNS:
        return
    yield Bar(
        wanted=f"tools/deliver: at most {MOST_DELIVER_SECONDS * 1000:.0f} ms",
        found=f"{pipe.seconds * 1000:.1f} ms",
        is_met=pipe.seconds <= MOST_DELIVER_SECONDS,
    )
    yield Bar(
        wanted=f"tools/deliver: at most {MOST_DELIVER_BYTES / 1e6:.0f} MB",
        found=f"{pipe.memory / 1e6:.1f} MB",
        is_met=pipe.memory <= MOST_DELIVER_BYTES,
    )
    ratio = pipe.seconds / pipe.empty_seconds
    yield Bar(
        wanted=f"tools/deliver: at most {MOST_DELIVER_RATIO:.0f} times `python3 -c pass`",
        found=f"{ratio:.2f} times {pipe.empty_seconds * 1000:.1f} ms",
        is_met=ratio <= MOST_DELIVER_RATIO,
    )


def print_figures(figures: Figures, say: Callable[[str], None] = print) -> None:
    say(f"messages            {figures.messages}")
    say(f"rate                {figures.rate():.0f} messages/s")
    p50, p99, most = (figures.quantile(share) * 1000 for share in (0.5, 0.99, 1))
    say(f"answers             p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {most:.0f} ms")
    outcomes = (f"{answer}: {count}" for answer, count in figures.answers.most_common())
    say(f"outcomes            {', '.join(outcomes)}")
    for name, seconds in figures.cpu.items():
        each = f"{seconds / figures.messages * 1000:.3f} ms"
        say(f"{f'CPU, {name}':<20}{each} per message")
    say(f"{'CPU, all':<20}{sum(figures.cpu.values()) / figures.messages * 1000:.3f} ms per message")
    _print_memory(figures, say)
    if figures.pipe:
        say(f"CPU, tools/deliver  {figures.pipe.cpu * 1000:.1f} ms per message")


def _print_memory(figures: Figures, say: Callable[[str], None]) -> None:
    last = figures.samples[figures.messages]
    say(
        f"peak memory         daemon {last.loop.peak / 1e6:.0f} MB, "
        f"workers {last.workers.peak / 1e6:.0f} MB together"
    )
    fifths = [figures.samples[figures.messages * number // FIFTHS] for number in range(FIFTHS + 1)]
    for name, memories in (
        ("daemon", [sample.loop for sample in fifths]),
        ("workers", [sample.workers for sample in fifths]),
    ):
        shown = " ".join(f"{memory.allocated / 1e6:.1f}" for memory in memories)
        say(f"{f'allocated, {name}':<20}{shown} MB at the start and after each fifth")


def print_bars(bars: Sequence[Bar], say: Callable[[str], None] = print) -> None:
    for bar in bars:
        say(f"{'met' if bar.is_met else 'MISSED':<8}{bar.wanted}: {bar.found}")
