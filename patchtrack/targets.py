"""Takes requests whose target is a whole address, as pwclient sends them and proxies may.

A server must accept this "absolute-form" (RFC 9112, section 3.2.2); most leave it to us.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_SCHEMES = ("http://", "https://")


def absolute_form(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that makes of such a request the one it stands for. Its host counts, and not
    the Host header; ALLOWED_HOSTS holds for it as for any other."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info.lower().startswith(_SCHEMES):
            rest = request.path_info.partition("://")[2]
            authority, slash, path = rest.partition("/")
            request.META["HTTP_HOST"] = authority.rpartition("@")[2]
            request.path_info = slash + path or "/"
            request.path = request.META["SCRIPT_NAME"].rstrip("/") + request.path_info
        return get_response(request)

    return answer
