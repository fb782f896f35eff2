"""Tells how an import gets on: a bar on a terminal, a line now and then without one."""

import time

from django.core.management.base import OutputWrapper

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_UPDATES = 0.2
_BAR_WIDTH = 24


def format_duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def format_bar(share: float) -> str:
    """`[######      ]  50%` for 0.5."""
    share = min(share, 1.0)
    bar = "#" * round(share * _BAR_WIDTH)
    return f"[{bar:<{_BAR_WIDTH}}] {share:4.0%}"


class Progress:
    """The progress through one archive of `total` units (None: not known)."""

    def __init__(self, out: OutputWrapper, name: str, total: int | None) -> None:
        self._out = out
        self._name = name
        self._total = total
        self._started = self._shown = time.monotonic()
        # An import that goes on where another stopped does not begin at the first unit.
        self._first: tuple[float, int] | None = None
        self._terminal = out.isatty()

    def report(self, messages: int, progress: int) -> None:
        """Told of every batch; shows only what is worth reading."""
        pause = _SECONDS_BETWEEN_UPDATES if self._terminal else _SECONDS_BETWEEN_LINES
        now = time.monotonic()
        self._first = self._first or (now, progress)
        if now - self._shown < pause:
            return
        self._shown = now
        line = self._describe(messages, progress, now)
        self._write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")

    def close(self) -> None:
        """Clear the bar away."""
        if self._terminal:
            self._write("\r\x1b[K")

    def _describe(self, messages: int, progress: int, now: float) -> str:
        seconds = now - self._started
        line = f"{self._name}: {messages} messages"
        if seconds > 0:
            line += f", {messages / seconds:.0f}/s"
        if not self._total:
            return line
        return f"{line}  {format_bar(progress / self._total)}{self._describe_rest(progress, now)}"

    def _describe_rest(self, progress: int, now: float) -> str:
        """The time left, once there is a rate to go by."""
        began, first = self._first or (now, progress)
        if progress == first:
            return ""
        left = (now - began) * max((self._total or 0) - progress, 0) / (progress - first)
        return f", {format_duration(left)} left"

    def _write(self, text: str) -> None:
        # Django would end each text with a new line, and paint it as an error.
        self._out.write(text, style_func=str, ending="")
        self._out.flush()
