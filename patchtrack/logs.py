"""Keeps out of the log, and of reports of errors, what nobody but one person is to know."""

import logging
import re

from django.views.debug import SafeExceptionReporterFilter

# The keys in the links of our mails, and those of feeds: who has one may do what its link does.
_KEY = re.compile(r"(/confirm/|/user/password-reset/[^/\s]+/|/user/todo/feed/)[^/\s]+")


class HidingFormatter(logging.Formatter):
    """A formatter that hides the keys of links, which stand in requests' paths."""

    def format(self, record: logging.LogRecord) -> str:
        return _KEY.sub(r"\1...", super().format(record))


class HidingFilter(SafeExceptionReporterFilter):
    """Django's filter of what its reports of errors tell; of settings it hides those too that hold
    a password within."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|DATABASE_URL|OUTBOX", re.IGNORECASE
    )
