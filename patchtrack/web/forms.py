"""What a project's settings look like as a form."""

from typing import Any

from django import forms

from patchtrack.models import DelegationRule, Project, State
from patchtrack.services.project_settings import LARGEST_PRIORITY, SETTINGS, Rule, first_state

_LABELS = {
    "web_url": "Site",
    "webscm_url": "Tree to browse",
    "scm_url": "Tree to clone",
    "list_archive_url": "Archive of the list",
    "list_archive_url_format": "A mail in the archive",
    "commit_url_format": "A commit in the tree",
    "use_tags": "Show how often a patch was reviewed, acked and tested",
    "show_dependencies": "Show which series need which others, as their mails say",
    "obey_headers_of": "Obey state and delegate in the headers of",
    "send_notifications": "Tell submitters and delegates by mail what is decided",
}
_HELP = {
    "list_archive_url_format": "such as https://lore.example.org/all/{}/; "
    "{} stands for the message-id",
    "commit_url_format": "such as https://git.example.org/tree/commit/?id={}; "
    "{} stands for the commit",
    "obey_headers_of": "X-Patchwork-State and X-Patchwork-Delegate in mails",
}


class SettingsForm(forms.ModelForm):
    """The columns that maintainers set, and the states that they offer."""

    states = forms.ModelMultipleChoiceField(
        queryset=State.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="States to choose from",
    )

    class Meta:
        model = Project
        fields = SETTINGS
        labels = _LABELS
        help_texts = _HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        first = first_state()
        field = self.fields["states"]
        field.queryset = State.objects.exclude(pk=first and first.pk)
        field.help_text = (
            f"{first}, the state of new patches, is always among them" if first else ""
        )
        field.initial = State.objects.exclude(pk__in=self.instance.hidden_states.values("pk"))

    def links(self) -> list[forms.BoundField]:
        return [self[name] for name in SETTINGS if "url" in name]


class RuleForm(forms.Form):
    """A delegation rule; whether its user may be named is for the service to say."""

    path = forms.CharField(max_length=DelegationRule._meta.get_field("path").max_length)  # noqa: SLF001
    user = forms.IntegerField()
    priority = forms.IntegerField(
        min_value=-LARGEST_PRIORITY, max_value=LARGEST_PRIORITY, required=False
    )

    def as_rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(path=data["path"], user=data["user"], priority=data["priority"] or 0)
