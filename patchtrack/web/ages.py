"""How long ago something was, in as few letters as a column has room for."""

from datetime import timedelta

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
