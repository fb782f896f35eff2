"""The log holds no key by which its reader could do what a mailed link does."""

import logging

import pytest
from django.conf import settings
from django.utils.module_loading import import_string


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ("Not Found: /confirm/s3cret/", "Not Found: /confirm/.../"),
        ("Forbidden: /user/password-reset/MQ/s3-cret/", "Forbidden: /user/password-reset/MQ/.../"),
        ('"GET /confirm/s3cret HTTP/1.1"', '"GET /confirm/... HTTP/1.1"'),
        ("Not Found: /user/todo/feed/s3_cr-t/", "Not Found: /user/todo/feed/.../"),
        ("Not Found: /user/password-reset/", "Not Found: /user/password-reset/"),
    ],
)
def test_the_key_of_a_link_is_not_logged(line, logged):
    options = settings.LOGGING["formatters"]["line"]
    formatter = import_string(options["class"])("%(message)s")
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "%s", (line,), None)
    assert formatter.format(record) == logged
