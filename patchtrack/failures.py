"""What is answered where no view has answered: to people a page, to programs that ask the API the
same in JSON."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views import defaults

from patchtrack.web.views import site

_API = "/api/"
_SAID = {500: "A server error occurred.", 503: "The database does not answer. Try again later."}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses: too many fields, or a name of our host that is not ours."""
    if _is_program(request):
        return _tell(400, "Bad request.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is no address of ours."""
    if _is_program(request):
        return _tell(404, "Not found.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Where a view has failed; 503 with Retry-After where the database is to blame."""
    page = site.server_error(request)
    if not _is_program(request):
        return page
    answer = _tell(page.status_code, _SAID[page.status_code])
    for name in page.headers.keys() - {"Content-Type"}:
        answer.headers[name] = page.headers[name]
    return answer


def _is_program(request: HttpRequest) -> bool:
    """Whether somebody asks the API and does not say to want a page, as browsers do."""
    wants_page = "text/html" in request.headers.get("Accept", "")
    return request.path_info.startswith(_API) and not wants_page


def _tell(status: int, said: str) -> HttpResponse:
    """An error in the API's form."""
    answer = JsonResponse({"detail": said}, status=status)
    patch_vary_headers(answer, ["Accept"])
    return answer
