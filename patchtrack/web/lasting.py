"""Spares the garbage collector what stays for as long as the process does."""

import gc

from django.urls import get_resolver

# So many objects must be new before the collector looks through them. Its own 700 are a few rows
# of a list, which may have thousands, and hardly ever is one of them out of use.
_MOST_NEW = 10_000


def freeze_what_lasts() -> None:
    """Load what all pages need, and never look through it again for what is out of use.

    A web server calls this once, before its first request: to look through it takes as long as
    to answer a request does, and every now and then one would wait for that.
    """
    # The views, and all that they import, are else loaded with the first request.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MOST_NEW, *gc.get_threshold()[1:])
