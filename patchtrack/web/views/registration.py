"""Pages for those who are not logged in: making an account, opened links, stopping all mail."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from patchtrack.models import Confirmation
from patchtrack.services import addresses
from patchtrack.services.accounts import NameTaken
from patchtrack.services.confirmations import DeadLink, find_confirmation
from patchtrack.services.logins import remember_device
from patchtrack.web.account_forms import AddressForm, MailSettingsForm, NewAccountForm
from patchtrack.web.asking import Asking, answer_asking

Purpose = Confirmation.Purpose
_read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@_read_or_post
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Asks for an address; the account is made by who opens the link that is mailed there."""
    if request.user.is_authenticated:
        return redirect("profile")
    asking = Asking(template="patchtrack/account/register.html", send=addresses.ask_to_register)
    return answer_asking(request, AddressForm(request.POST or None), asking)


@_read_or_post
@never_cache
def mail_settings(request: HttpRequest) -> HttpResponse:
    """Stops all mail to an address, or lets it come again."""
    form = MailSettingsForm(request.POST or None)

    def send(address: str, site: str) -> None:
        is_in = form.cleaned_data["wish"] == "opt-in"
        (addresses.ask_to_opt_in if is_in else addresses.ask_to_opt_out)(address, site)

    asking = Asking(template="patchtrack/account/mail_settings.html", send=send)
    return answer_asking(request, form, asking)


@require_safe
def mail_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "patchtrack/account/mail_sent.html")


@_read_or_post
@sensitive_post_parameters()
@never_cache
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """What a mailed link leads to. Mail scanners open links, so only a button does something."""
    try:
        confirmation = find_confirmation(key)
        return _ANSWERS[confirmation.purpose](request, key, confirmation)
    except DeadLink:
        return render(request, "patchtrack/account/dead_link.html", status=404)
    except addresses.AddressTaken:
        return render(request, "patchtrack/account/address_taken.html", status=409)


def _make_account(request: HttpRequest, key: str, confirmation: Confirmation) -> HttpResponse:
    user = get_user_model()(email=confirmation.address)
    form = NewAccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid() and _register(key, form):
        login(request, user)
        messages.success(request, "Welcome! Your account is made, and you are logged in.")
        response = redirect("profile")
        remember_device(response, user)
        return response
    context = {"form": form, "address": confirmation.address}
    return render(request, "patchtrack/account/new_account.html", context)


def _register(key: str, form: NewAccountForm) -> bool:
    """Whether the account was made; if not, the form says why."""
    try:
        addresses.register(key, form.save(commit=False))
    except NameTaken:
        form.add_error("username", "Somebody has taken this name just now.")
    return form.is_valid()


@login_required
def _link_address(request: HttpRequest, key: str, confirmation: Confirmation) -> HttpResponse:
    if confirmation.user != request.user:
        raise DeadLink
    if request.method == "POST":
        addresses.link_address(key, request.user)
        messages.success(request, f"Mail from {confirmation.address} is yours from now on.")
        return redirect("addresses")
    return _ask(request, confirmation)


def _opt_out(request: HttpRequest, key: str, confirmation: Confirmation) -> HttpResponse:
    if request.method == "POST":
        addresses.opt_out(key)
        messages.success(request, f"No more mail will be sent to {confirmation.address}.")
        return redirect("mail-settings")
    return _ask(request, confirmation)


def _opt_in(request: HttpRequest, key: str, confirmation: Confirmation) -> HttpResponse:
    if request.method == "POST":
        addresses.opt_in(key)
        messages.success(request, f"Mail may be sent to {confirmation.address} again.")
        return redirect("mail-settings")
    return _ask(request, confirmation)


def _ask(request: HttpRequest, confirmation: Confirmation) -> HttpResponse:
    context = {"confirmation": confirmation}
    return render(request, "patchtrack/account/confirm.html", context)


_ANSWERS: dict[str, Callable[[HttpRequest, str, Confirmation], HttpResponse]] = {
    Purpose.REGISTER: _make_account,
    Purpose.ADDRESS: _link_address,
    Purpose.OPT_OUT: _opt_out,
    Purpose.OPT_IN: _opt_in,
}
