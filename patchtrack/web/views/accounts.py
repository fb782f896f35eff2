"""A user's own pages: profile, addresses, tokens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from patchtrack.models import Person
from patchtrack.services import addresses as services
from patchtrack.services.accounts import (
    NameTaken,
    add_token,
    change_profile,
    find_profile,
    remove_token,
)
from patchtrack.web.account_forms import AddressForm, ProfileForm, TokenForm
from patchtrack.web.asking import Asking, answer_asking, find_site
from patchtrack.web.proving import prove_first

_read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@_read_or_post
@login_required
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(
        request.POST or None, instance=request.user, profile=find_profile(request.user)
    )
    if request.method == "POST" and form.is_valid():
        change_profile(form.instance, form.make_profile())
        messages.success(request, "Your profile is saved.")
        return redirect("profile")
    return render(request, "patchtrack/account/profile.html", {"form": form, "room": "profile"})


@_read_or_post
@login_required
@prove_first("addresses")
@never_cache
def addresses(request: HttpRequest) -> HttpResponse:
    """The user's addresses; another one is added by the link that is mailed there."""
    user = request.user

    def send(address: str, site: str) -> None:
        services.ask_to_link(user, address, site)
        messages.success(request, f"Open the link in the mail that is on its way to {address}.")

    people = services.find_addresses(user)
    primary = user.email.lower()
    context = {
        "people": people,
        "primary": primary,
        "is_confirmed": any(person.address == primary for person in people),
        "room": "addresses",
    }
    asking = Asking(
        template="patchtrack/account/addresses.html", send=send, context=context, then="addresses"
    )
    return answer_asking(request, AddressForm(request.POST or None), asking)


@require_POST
@login_required
def unlink_address(request: HttpRequest, row: int) -> HttpResponse:
    _find_address_or_404(request, row)
    try:
        person = services.remove_address(request.user, row)
    except services.PrimaryAddress:
        messages.error(request, "Your mail goes to this address. Make another one primary first.")
    else:
        messages.success(request, f"Mail from {person.address} is no longer yours.")
    return redirect("addresses")


@require_POST
@login_required
@prove_first("addresses")
def primary_address(request: HttpRequest, row: int) -> HttpResponse:
    _find_address_or_404(request, row)
    person = services.change_primary(request.user, row, find_site(request))
    messages.success(request, f"Your mail goes to {person.address} from now on.")
    return redirect("addresses")


def _find_address_or_404(request: HttpRequest, row: int) -> Person:
    return get_object_or_404(request.user.people, pk=row)


@_read_or_post
@login_required
@prove_first("tokens")
@sensitive_variables()
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's tokens for the API; a new one is shown in the answer, and never again."""
    form = TokenForm(request.POST or None)
    token = ""
    if request.method == "POST" and form.is_valid():
        try:
            token = add_token(request.user, **form.cleaned_data)
            form = TokenForm()
        except NameTaken:
            form.add_error("name", "You have a token of this name already.")
    context = {
        "form": form,
        "token": token,
        "tokens": request.user.api_tokens.order_by("name"),
        "room": "tokens",
    }
    return render(request, "patchtrack/account/tokens.html", context)


@require_POST
@login_required
def revoke_token(request: HttpRequest, row: int) -> HttpResponse:
    token = get_object_or_404(request.user.api_tokens, pk=row)
    remove_token(token)
    messages.success(request, f"The token {token.name} no longer opens anything.")
    return redirect("tokens")
