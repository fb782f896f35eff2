"""Who asks: by session, by name and password, or by one of the user's tokens.

The session stands first: so a refusal is 403 and never 401, which clients do not expect. Whatever
fails below here, no report of it that Django makes tells variables, for some are secrets.
"""

from math import ceil
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from patchtrack.models import ApiToken
from patchtrack.services.accounts import find_token
from patchtrack.services.throttle import TooOften


class BasicAuthentication(authentication.BasicAuthentication):
    """A password, which is checked as often as on the login page and no more."""

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[User, None] | None:
        return super().authenticate(request)

    def authenticate_credentials(
        self, userid: str, password: str, request: Request | HttpRequest | None = None
    ) -> tuple[User, None]:
        """Raises Throttled, which is 429 with Retry-After."""
        try:
            return super().authenticate_credentials(userid, password, request)
        except TooOften as refusal:
            raise Throttled(ceil(refusal.wait.total_seconds())) from refusal


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token ...`, the scheme in any case; only digests of tokens are kept."""

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        return super().authenticate(request)

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        token = find_token(key)
        if token is None:
            raise AuthenticationFailed("Invalid token.")
        return token.user, token


def check_scope(request: Request, needed: ApiToken.Scope) -> None:
    """Whether the token of a request, if it came with one, may do what needs a scope.

    Raises PermissionDenied.
    """
    token: Any = request.auth
    if not isinstance(token, ApiToken) or request.method in SAFE_METHODS:
        return
    if token.scope not in {needed, ApiToken.Scope.ALL}:
        raise PermissionDenied(f"This token may {token.get_scope_display()}.")
