"""When something was, and how long ago that is in as few letters as a column has room for."""

from datetime import UTC, datetime, timedelta

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


def format_age(age: timedelta) -> str:
    """The age in its greatest unit, rounded down; what is yet to come is "now"."""
    for name, unit in _UNITS:
        if age >= unit:
            return f"{age // unit} {name}"
    return NOW


def render_age(date: datetime) -> SafeString:
    """How long ago something was; the exact time is told on hover and to programs."""
    return _render_time(date, format_age(timezone.now() - date))


def render_exact_time(date: datetime) -> SafeString:
    """When something was and how long ago that is, where there is room for both."""
    said = format_age(timezone.now() - date)
    ago = said if said == NOW else f"{said} ago"
    return _render_time(date, f"{timezone.localtime(date):%d %b %Y %H:%M %Z} ({ago})")


def _render_time(date: datetime, said: str) -> SafeString:
    """A time in our words, with the exact one on hover and for programs."""
    exact = date.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    local = timezone.localtime(date)
    return mark_safe(  # noqa: S308 (dates hold no markup; a list shows hundreds of them)
        f'<time datetime="{exact}Z" title="{local:%a, %d %b %Y %H:%M:%S %Z}">{said}</time>'
    )
