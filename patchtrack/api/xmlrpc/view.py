"""Answers calls of XML-RPC: whatever goes wrong is a fault, under status 200."""

from collections.abc import Mapping
from inspect import signature
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from patchtrack.api.authentication import BasicAuthentication, TokenAuthentication
from patchtrack.api.rates import count_request
from patchtrack.api.views.base import check_size
from patchtrack.api.xmlrpc import reading, writing
from patchtrack.api.xmlrpc.arguments import Refused
from patchtrack.api.xmlrpc.messages import Unreadable, format_answer, format_fault, parse_call

METHODS = reading.METHODS | writing.METHODS


# Never by session: so no page elsewhere can call in the name of who looks at it.
@csrf_exempt
@require_POST
def xmlrpc(request: HttpRequest) -> HttpResponse:
    """Who asks is looked at only by methods that need it, as a password is slow to check."""
    if not settings.PATCHTRACK_XMLRPC:
        raise Http404("XML-RPC is not enabled on this site.")
    try:
        answer = format_answer(_call(request))
    except (Refused, Unreadable) as refusal:
        answer = format_fault(str(refusal))
    except PermissionDenied:
        answer = format_fault("You do not have permission to perform this action.")
    except APIException as refusal:
        answer = format_fault("; ".join(_list_errors(refusal.detail)))
    return HttpResponse(answer, content_type="text/xml; charset=utf-8")


def _call(request: HttpRequest) -> Any:
    check_size(request)
    call = parse_call(request.body)
    method = METHODS.get(call.method)
    if method is None:
        raise Refused(f"there is no method {call.method}")
    asked = Request(request, authenticators=[BasicAuthentication(), TokenAuthentication()])
    count_request(asked)
    try:
        bound = signature(method).bind(asked, *call.arguments)
    except TypeError as error:
        raise Refused(f"{call.method}: {error}") from error
    return method(*bound.args)


def _list_errors(detail: Any, name: str = "") -> list[str]:
    """The texts of an exception of the REST framework, those about a field with its name."""
    if isinstance(detail, Mapping):
        return [text for key, value in detail.items() for text in _list_errors(value, f"{key}: ")]
    if isinstance(detail, list):
        return [text for value in detail for text in _list_errors(value, name)]
    return [f"{name}{detail}"]
