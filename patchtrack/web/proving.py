"""Asks for the password again before what a stranger at somebody's open browser must not do."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from patchtrack.services.logins import is_surely_the_user

View = Callable[..., HttpResponse]


def prove_first(page: str) -> Callable[[View], View]:
    """For views that write: who has not logged in for a while gives the password first, and
    then comes back to `page`, the name of an address, to do it again."""

    def decorate(view: View) -> View:
        @wraps(view)
        def prove(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if request.method != "POST" or is_surely_the_user(request):
                return view(request, *arguments, **named)
            messages.warning(request, "Nothing is changed yet. Give your password, then try again.")
            query = urlencode({"next": reverse(page)})
            return redirect(f"{reverse('password-again')}?{query}")

        return prove

    return decorate
