"""Spares the garbage collector what stays for as long as the process does."""

import gc

from django.urls import get_resolver


def freeze_what_lasts() -> None:
    """Load what all pages need, and never look through it again for what is out of use.

    A web server calls this once, before its first request: to look through it takes as long as
    to answer a request does, and every now and then one would wait for that.
    """
    # The views, and all that they import, are else loaded with the first request.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
