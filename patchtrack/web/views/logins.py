"""Logging in, and passwords: Django's views with our pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from patchtrack.services.logins import remember_device
from patchtrack.web.account_forms import LogInForm, PasswordAgainForm, ResetForm
from patchtrack.web.asking import Asking, answer_asking, tell_wait


class LogIn(LoginView):
    """Asks for name and password; also in place of the admin's own page, which does not count."""

    template_name = "patchtrack/account/login.html"
    authentication_form = LogInForm

    def form_valid(self, form: LogInForm) -> HttpResponse:
        response = super().form_valid(form)
        remember_device(response, form.get_user())
        return response

    def form_invalid(self, form: LogInForm) -> HttpResponse:
        response = super().form_invalid(form)
        return tell_wait(response, form.refusal) if form.refusal else response


@method_decorator(login_required, name="dispatch")
class PasswordAgain(LogIn):
    """Asks who is logged in for the password, before something grave."""

    template_name = "patchtrack/account/password_again.html"
    authentication_form = PasswordAgainForm


@method_decorator(never_cache, name="dispatch")
class ChangePassword(PasswordChangeView):
    """Asks for the old password and a new one; other sessions of the user end."""

    template_name = "patchtrack/account/password.html"
    success_url = reverse_lazy("profile")

    def form_valid(self, form: object) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


class SetPassword(PasswordResetConfirmView):
    """Where the link leads that was mailed to who forgot the password."""

    template_name = "patchtrack/account/set_password.html"
    success_url = reverse_lazy("profile")
    post_reset_login = True

    def form_valid(self, form: object) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, "Your password is changed, and you are logged in.")
        # Also a way past strangers who use up the attempts at this account.
        remember_device(response, self.user)
        return response


@never_cache
def reset_password(request: HttpRequest) -> HttpResponse:
    form = ResetForm(request.POST or None)
    asking = Asking(
        template="patchtrack/account/reset.html",
        send=lambda _address, site: form.send(request, site),
    )
    return answer_asking(request, form, asking)
