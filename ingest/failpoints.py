"""Named places in the code where a test can act, and protections that it can switch off.

In production nothing is registered, and passing a place costs one look at an empty dict.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_hooks: dict[str, Callable[[], None]] = {}
_off: set[str] = set()


def reach(place: str) -> None:
    """Called where the code passes `place`; runs what a test has put there."""
    if _hooks and place in _hooks:
        _hooks[place]()


def is_on(protection: str) -> bool:
    """Whether a protection is in force; False only while a test switches it off."""
    return protection not in _off


@contextmanager
def at(place: str, action: Callable[[], None]) -> Iterator[None]:
    """While this lasts, `action` runs wherever the code passes `place`."""
    _hooks[place] = action
    try:
        yield
    finally:
        del _hooks[place]


@contextmanager
def switched_off(*protections: str) -> Iterator[None]:
    """While this lasts, the protections do not protect: tests show that they are needed."""
    _off.update(protections)
    try:
        yield
    finally:
        _off.difference_update(protections)
