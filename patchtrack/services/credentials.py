"""Who asks for a page that programs fetch: by session, else by name and password or a token."""

import binascii
from base64 import b64decode

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from patchtrack.services.accounts import find_token
from patchtrack.services.permissions import User


# For reports of errors, as all that has to do with secrets.
@sensitive_variables()
def find_viewer(request: HttpRequest) -> User:
    """The user of the session, or the one whom the Authorization header (RFC 7617, or
    `Token ...`) names; with wrong credentials somebody who has not logged in.

    Raises TooOften.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if request.user.is_authenticated or not given:
        return request.user
    if scheme.lower() == "token":
        token = find_token(given.strip())
        return token.user if token else request.user
    if scheme.lower() == "basic":
        username, password = _split_basic(given)
        return authenticate(request, username=username, password=password) or request.user
    return request.user


def _split_basic(given: str) -> tuple[str, str]:
    """Name and password; both empty for what is neither."""
    try:
        username, _, password = b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return username, password
