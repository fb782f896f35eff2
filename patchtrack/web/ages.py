"""When something was, and how long ago that is in as few letters as a column has room for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

_UNITS = (
    ("y", timedelta(days=365)),
    ("mo", timedelta(days=30)),
    ("w", timedelta(days=7)),
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("min", timedelta(minutes=1)),
)
NOW = "now"
# Of a time as ISO 8601 has it, as far as the seconds.
_SECONDS = len("2026-01-31T12:00:00")


def format_age(age: timedelta) -> str:
    """The age in its greatest unit, rounded down; what is yet to come is "now"."""
    for name, unit in _UNITS:
        if age >= unit:
            return f"{age // unit} {name}"
    return NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What time it is, and in which zone the reader lives: Django takes longer to tell that than
    to write a time, and a page has hundreds of them."""

    now: datetime
    zone: tzinfo

    def render_age(self, date: datetime) -> SafeString:
        """How long ago something was; the exact time is told on hover and to programs."""
        return _render_time(date, date.astimezone(self.zone), format_age(self.now - date))

    def render_exact_time(self, date: datetime) -> SafeString:
        """When something was and how long ago that is, where there is room for both."""
        local, said = date.astimezone(self.zone), format_age(self.now - date)
        ago = said if said == NOW else f"{said} ago"
        return _render_time(date, local, f"{local:%d %b %Y %H:%M %Z} ({ago})")


def read_clock() -> Clock:
    return Clock(now=timezone.now(), zone=timezone.get_current_timezone())


def _render_time(date: datetime, local: datetime, said: str) -> SafeString:
    """A time in our words, with the exact one on hover and for programs."""
    exact = date.astimezone(UTC).isoformat()[:_SECONDS]
    return mark_safe(  # noqa: S308 (dates hold no markup)
        f'<time datetime="{exact}Z" title="{local:%a, %d %b %Y %H:%M:%S %Z}">{said}</time>'
    )
