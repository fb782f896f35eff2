"""What a webhook looks like as a form."""

from typing import Any

from django import forms

from patchtrack.models import Event, Webhook
from patchtrack.services.webhooks import Wish

_LONGEST_URL = Webhook._meta.get_field("url").max_length  # noqa: SLF001
_LONGEST_SECRET = Webhook._meta.get_field("secret").max_length  # noqa: SLF001


class WebhookForm(forms.Form):
    """Where to, of what, and signed by what; whether that can be is for the service to say."""

    url = forms.CharField(
        label="Address",
        max_length=_LONGEST_URL,
        help_text="gets a POST request with JSON for each event",
        widget=forms.URLInput(attrs={"placeholder": "https://ci.example.org/hook"}),
    )
    categories = forms.MultipleChoiceField(
        label="Events",
        choices=[(value, value) for value in Event.Category.values],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="none ticked means all",
    )
    secret = forms.CharField(
        label="Secret",
        max_length=_LONGEST_SECRET,
        required=False,
        help_text="signs each request; without one, one is made and shown once",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, hook: Webhook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        if hook:
            self.initial |= {"url": hook.url, "categories": hook.categories}
            self.fields["secret"].help_text = "signs each request; leave it empty to keep it"

    def as_wish(self) -> Wish:
        return Wish(**self.cleaned_data)
