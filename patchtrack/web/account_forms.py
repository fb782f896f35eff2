"""The forms of accounts; those about passwords are Django's own underneath."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from itertools import groupby
from math import ceil
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, UserCreationForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import RegexValidator
from django.http import HttpRequest

from patchtrack.models import ApiToken, Profile
from patchtrack.services.addresses import find_users, is_of_a_list, parse_address
from patchtrack.services.letters import send_letter
from patchtrack.services.throttle import TooOften

# A name is a part of addresses and of mail headers, and no other may look like it.
_USERNAME = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9._-]{0,49}\Z",
    "Begin with a letter, and use at most 50 letters without accents, digits, and . _ -",
)


def format_wait(wait: timedelta) -> str:
    """How long somebody has to wait, in whole seconds or minutes, never too short."""
    seconds = max(ceil(wait.total_seconds()), 1)
    number, unit = (seconds, "second") if seconds < 90 else (ceil(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


class LogInForm(AuthenticationForm):
    """Django's, which says when to try again; `refusal` is set if there were too many attempts."""

    refusal: TooOften | None = None
    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "This user name and password do not belong together. "
        "Capital letters count in both."
    }

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooOften as refusal:
            self.refusal = refusal
            raise forms.ValidationError(
                f"There were too many attempts. Try again in {format_wait(refusal.wait)}, "
                "or have a link mailed to you by which to log in with a new password."
            ) from refusal


class PasswordAgainForm(LogInForm):
    """Asks who is logged in for the password once more; counted like any other attempt."""

    error_messages = LogInForm.error_messages | {
        "invalid_login": "This is not your password. Capital letters count."
    }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        del self.fields["username"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["username"] = self.request.user.get_username()
        return super().clean()


class AddressField(forms.EmailField):
    """A mail address, cleaned to how we keep it; not a list's, where all would read our links."""

    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "email", "spellcheck": "false"}
        options = {"label": "Mail address", "max_length": 254} | options
        super().__init__(widget=forms.EmailInput(attributes), **options)

    def clean(self, value: Any) -> str:
        address = parse_address(super().clean(value))
        if is_of_a_list(address):
            raise forms.ValidationError(
                "Mail to this address goes to a mailing list or a project, where all can read it."
            )
        return address


class AddressForm(forms.Form):
    """Asks for an address to which a link is to be mailed."""

    email = AddressField()


class MailSettingsForm(AddressForm):
    """Whether an address is to get mail."""

    wish = forms.ChoiceField(
        label="What you wish",
        choices={
            "opt-out": "Send no more mail to this address",
            "opt-in": "Send mail to this address again",
        },
        initial="opt-out",
        widget=forms.RadioSelect,
    )


class ResetForm(PasswordResetForm):
    """Django's, but any of a user's addresses will do, and an address of nobody gets mail too.

    So who asks cannot tell, not even by the time it takes, whether an address is a user's. A user
    without a password, whom an administrator has made, gets one in this way.
    """

    email = AddressField()

    def get_users(self, email: str) -> Iterable[AbstractBaseUser]:
        return find_users(email).filter(is_active=True).exclude(email="")

    def send(self, request: HttpRequest, site: str) -> None:
        """Mail the link, or that there is no account. Raises NotSent."""
        email = self.cleaned_data["email"]
        if not self.get_users(email).exists():
            send_letter("nobody", email, {"site": site})
        self.save(request=request, extra_email_context={"site": site})

    def send_mail(
        self,
        subject_template_name: str,  # noqa: ARG002
        email_template_name: str,  # noqa: ARG002
        context: dict[str, Any],
        from_email: str | None,  # noqa: ARG002
        to_email: str,
        html_email_template_name: str | None = None,  # noqa: ARG002
    ) -> None:
        send_letter("reset", to_email, context)


class NewAccountForm(UserCreationForm):
    """A user's name and password, in the words of Patchwork's form."""

    class Meta(UserCreationForm.Meta):
        model = get_user_model()
        fields = ("username", "first_name", "last_name")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        username = self.fields["username"]
        username.validators = [*username.validators, _USERNAME]
        username.help_text = "A letter, then letters, digits and . _ - as you like."
        username.widget.attrs |= {"maxlength": 50, "autocomplete": "username"}
        _name_person(self)


class ProfileForm(forms.ModelForm):
    """What others see of a user, and how the user sees the pages."""

    page_size = forms.IntegerField(
        label="Rows in a list", min_value=10, max_value=250, help_text="10 to 250"
    )
    time_zone = forms.ChoiceField(label="Time zone")
    notifications = forms.BooleanField(
        label="Send me mail when others decide about my patches or delegate any to me",
        required=False,
    )

    class Meta:
        model = get_user_model()
        fields = ("first_name", "last_name")

    def __init__(self, *arguments: Any, profile: Profile, **options: Any) -> None:
        names = ("page_size", "time_zone", "notifications")
        initial = {name: getattr(profile, name) for name in names}
        super().__init__(*arguments, initial=initial, **options)
        self.fields["time_zone"].choices = find_time_zones()
        _name_person(self)

    def make_profile(self) -> Profile:
        """The choices as an unsaved profile."""
        names = ("page_size", "time_zone", "notifications")
        return Profile(**{name: self.cleaned_data[name] for name in names})


def _name_person(form: forms.ModelForm) -> None:
    for name, hint in (("first_name", "given-name"), ("last_name", "family-name")):
        form.fields[name].widget.attrs["autocomplete"] = hint


@cache
def find_time_zones() -> list[tuple[str, Any]]:
    """The names of this host's time zones for a select field, grouped by continent."""
    names = sorted(name for name in available_timezones() if "/" in name)
    named = [name for name in names if not name.startswith(("Etc/", "posix/", "right/"))]
    groups = groupby(named, key=lambda name: name.partition("/")[0])
    return [("UTC", "UTC")] + [
        (continent, [(name, name.partition("/")[2].replace("_", " ")) for name in members])
        for continent, members in groups
    ]


class TokenForm(forms.ModelForm):
    """A name for a new token, and how much can be done with it."""

    class Meta:
        model = ApiToken
        fields = ("name", "scope")
        labels = {"scope": "What can be done with it"}  # noqa: RUF012
        help_texts = {"name": "What the token is for, such as: pwclient on my laptop"}  # noqa: RUF012
