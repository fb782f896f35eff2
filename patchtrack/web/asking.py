"""Pages that answer by mail, so that who asks learns nothing about whose an address is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from patchtrack.services.letters import NotSent, take_letter
from patchtrack.services.logins import find_client
from patchtrack.services.throttle import TooOften
from patchtrack.web.account_forms import format_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A page with a form for an address; `send` mails something to an address from a site."""

    template: str
    send: Callable[[str, str], None]
    context: Mapping[str, Any] = field(default_factory=dict)
    then: str = "mail-sent"


def answer_asking(request: HttpRequest, form: forms.Form, asking: Asking) -> HttpResponse:
    """Show the form, or send what it asks for and go to a page that is the same for all."""
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, asking)
    try:
        _send(request, form.cleaned_data["email"], asking)
    except TooOften as refusal:
        wait = format_wait(refusal.wait)
        form.add_error(None, f"There were too many mails. Try again in {wait}.")
        return tell_wait(_show(request, form, asking), refusal)
    except NotSent:
        form.add_error(None, "The mail could not be sent. Try again in a few minutes.")
        return _show(request, form, asking, status=503)
    return redirect(asking.then)


def _show(
    request: HttpRequest, form: forms.Form, asking: Asking, status: int = 200
) -> HttpResponse:
    return render(request, asking.template, {**asking.context, "form": form}, status=status)


def tell_wait(response: HttpResponse, refusal: TooOften) -> HttpResponse:
    """Tell programs too that there were too many attempts (RFC 6585, section 4)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(ceil(refusal.wait.total_seconds()))
    return response


def _send(request: HttpRequest, address: str, asking: Asking) -> None:
    take_letter(address, find_client(request))
    asking.send(address, find_site(request))


def find_site(request: HttpRequest) -> str:
    """The address of the site, without a final slash."""
    return request.build_absolute_uri("/").removesuffix("/")
