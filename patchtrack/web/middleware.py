"""What is done for every page: browsers are told what our pages never do, so that nothing that
came by mail can make them, and users get their time zone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.utils import timezone
from django.utils.http import escape_leading_slashes

from patchtrack.services.accounts import find_profile, find_time_zone

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class FinalSlashes(CommonMiddleware):
    """Django's middleware that leads to the address with the final slash, in development as in
    production: there it would fail where something is written, lest a form be lost, but clients
    of the API know what to make of 301."""

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        return escape_leading_slashes(request.get_full_path(force_append_slash=True))


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that sends the policy with every answer that has none of its own."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # Django's own pages about errors, which only developers see, have their style inline.
        if not (settings.DEBUG and response.status_code >= 400):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer


def time_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware by which users read times in their own time zone.

    It costs no query: the profile comes with the user, whom nearly every page asks for.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        with timezone.override(find_time_zone(find_profile(request.user).time_zone)):
            return get_response(request)

    return answer
