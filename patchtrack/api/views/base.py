"""What all addresses of the API share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import get_script_prefix
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from patchtrack.api.authentication import check_scope
from patchtrack.api.conditions import answer_conditionally
from patchtrack.api.cors import allow_reading
from patchtrack.api.extras import read_more, tell_more
from patchtrack.api.narrowing import asks_further, narrow_all
from patchtrack.api.ordering import order
from patchtrack.api.paging import MOST_COUNTED, MOST_FOUND, find_page, format_link
from patchtrack.api.rates import OverRate, Rate, count_request, tell_rate
from patchtrack.api.records import Record, Records
from patchtrack.models import ApiToken
from patchtrack.services.arrivals import Rows
from patchtrack.services.plain import PlainRows
from patchtrack.services.stored import StoredMail, find_stored

Row = TypeVar("Row", bound=Model)

# More than anything that is written here needs, in bytes.
LARGEST_BODY = 1024 * 1024
# Longer than any size.
_MOST_DIGITS = 18


class TooLarge(APIException):
    """The body is larger than anything that we take."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"A request has at most {LARGEST_BODY} bytes."


def check_size(request: Request | HttpRequest) -> None:
    """Raises TooLarge."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    # What is no number could be anything.
    if not said.isdecimal() or len(said) > _MOST_DIGITS or int(said) > LARGEST_BODY:
        raise TooLarge


def _let_go(response: Response) -> None:
    """Free the records that an answer was written from. The views and answers of REST framework
    hold each other: else all would stay until the garbage collector comes, and then those of many
    answers would be freed at once, while somebody waits for the next one."""
    response.data = None


class Resource(APIView):
    """An address of the API. `needed` is the scope that a token needs for writing there."""

    needed = ApiToken.Scope.ALL
    rate: Rate | None = None

    def initial(self, request: Request, *arguments: Any, **options: Any) -> None:
        super().initial(request, *arguments, **options)
        check_scope(request, self.needed)
        check_size(request)

    def check_throttles(self, request: Request) -> None:
        try:
            self.rate = count_request(request)
        except OverRate as refusal:
            self.rate = refusal.rate
            raise

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *arguments: Any, **options: Any
    ) -> HttpResponseBase:
        response = super().finalize_response(request, response, *arguments, **options)
        response = answer_conditionally(request, response)
        allow_reading(request, response)
        tell_rate(self.rate, response)
        if isinstance(response, Response):
            response.add_post_render_callback(_let_go)
        return response

    @property
    def version(self) -> int:
        return self.kwargs["version"]

    @property
    def records(self) -> Records:
        """What tells of rows to this request."""
        site = self.request.build_absolute_uri(get_script_prefix()).removesuffix("/")
        return Records(site=site, prefix=self.kwargs["prefix"], version=self.version)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, PermissionDenied):
            return super().handle_exception(self._refusal())
        return super().handle_exception(exc)

    def _refusal(self) -> Exception:
        """In the words for who has not logged in, or for who may not."""
        try:
            self.permission_denied(self.request)
        except APIException as refusal:
            return refusal

    def require_login(self) -> None:
        """Raises PermissionDenied."""
        if not self.request.user.is_authenticated:
            raise PermissionDenied

    def answer_list(
        self,
        resource: str,
        rows: QuerySet,
        whole: QuerySet | PlainRows,
        tell: Callable[[Sequence[Any]], Sequence[Record]],
    ) -> Response:
        """A page of those rows that the request asks for; `whole` are rows with what `tell`
        tells of them as Patchwork does."""
        parameters = self.request.query_params
        rows = narrow_all(rows, resource, parameters, self.version)
        whole = self.read_more(resource, whole)
        is_costly = asks_further(resource, parameters, self.version)
        most = MOST_FOUND if is_costly else MOST_COUNTED
        page = find_page(order(rows, resource, parameters), whole, parameters, most)
        link = format_link(self.request.build_absolute_uri(), page)
        return Response(tell(page.rows), headers={"Link": link})

    def read_more(self, resource: str, rows: Rows) -> Rows:
        """Rows with what `tell_more` tells of them."""
        return read_more(resource, rows, self.version)

    def tell_more(
        self, resource: str, rows: Sequence[Any], told: Sequence[Record]
    ) -> Sequence[Record]:
        """What is told of rows, with what the version tells beyond Patchwork."""
        return tell_more(resource, rows, told, self.records)


def tell_each(tell: Callable[[Any], Record]) -> Callable[[Sequence[Any]], Sequence[Record]]:
    return lambda rows: [tell(row) for row in rows]


def find_or_404(rows: QuerySet[Row] | PlainRows, name: str = "", **wanted: Any) -> Row:
    """The one row that there is. Raises Http404 in Patchwork's words, in which the row has its
    model's name unless it has another `name`."""
    found = rows.filter(**wanted).first()
    if found is None:
        raise Http404(f"No {name or rows.model.__name__} matches the given query.")
    return found


def read_input(form: type[Serializer], request: Request) -> Mapping[str, Any]:
    """What a request wants to be; of PATCH only what it names. Raises ValidationError."""
    read = form(data=request.data, partial=request.method == "PATCH")
    read.is_valid(raise_exception=True)
    return read.validated_data


def find_mail(message: int) -> StoredMail | None:
    """What a message says, however large it is."""
    return find_stored([message], settings.PATCHTRACK_MAX_MESSAGE_BYTES).get(message)
