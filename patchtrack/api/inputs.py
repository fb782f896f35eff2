"""What requests may write: unknown and read-only fields are ignored, as clients expect."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework import serializers

from ingest.mail.pull import is_pull_url
from patchtrack.models import Check, State
from patchtrack.services.bundles import LONGEST_NAME
from patchtrack.services.checks import NewCheck
from patchtrack.services.resolving import is_id, name_state

_RESULTS = {result.label: result.value for result in Check.Result}
# The page sizes that users can choose, as on the page of their profile.
_PAGE_SIZES = {"min_value": 10, "max_value": 250}
# More than anybody bundles.
_MOST_PATCHES = 5000
_LONGEST_TEXT = 10_000
_LONGEST_URL = 2000


class StateField(serializers.Field):
    """A state by its slug or name, in any case; read as its id."""

    default_error_messages: Mapping[str, str] = {
        "unknown": "Invalid state {state}. Expected one of: {states}",
        "blank": "This field may not be blank.",
    }

    def to_internal_value(self, data: Any) -> int:
        if data == "":
            self.fail("blank")
        states = {state.slug: state.pk for state in State.objects.all()}
        wanted = name_state(data) if isinstance(data, str) else ""
        if wanted not in states:
            self.fail("unknown", state=data, states=", ".join(states))
        return states[wanted]


class PatchesField(serializers.ListField):
    """Patches by their ids, in order; one that is repeated counts once."""

    default_error_messages: Mapping[str, str] = {
        "incorrect_type": "Incorrect type. Expected pk value, received {data_type}.",
    }

    def to_internal_value(self, data: Any) -> list[int]:
        ids = [data] if isinstance(data, str | int) else data
        if not isinstance(ids, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(ids) > _MOST_PATCHES:
            self.fail("max_length", max_length=_MOST_PATCHES)
        return list(dict.fromkeys(map(self._read_id, ids)))

    def _read_id(self, item: Any) -> int:
        if isinstance(item, bool) or not is_id(str(item)):
            self.fail("incorrect_type", data_type=type(item).__name__)
        return int(item)


class UserField(serializers.PrimaryKeyRelatedField):
    """A user by the id."""

    def to_internal_value(self, data: Any) -> AbstractBaseUser:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)


def validate_pull_url(text: str) -> None:
    """Refuse what `git pull` could not take, or would take for an option. Raises
    ValidationError."""
    if not is_pull_url(text):
        raise serializers.ValidationError("Not an address that can be pulled from.")


class PatchInput(serializers.Serializer):
    state = StateField()
    archived = serializers.BooleanField(required=False)
    delegate = UserField(queryset=get_user_model().objects.all(), allow_null=True)
    commit_ref = serializers.CharField(
        max_length=255, required=False, allow_blank=True, allow_null=True
    )
    pull_url = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, validators=[validate_pull_url]
    )
    related = PatchesField(required=False)


class CheckInput(serializers.Serializer):
    state = serializers.ChoiceField(
        choices=[result.label for result in Check.Result],
        error_messages={"required": "A check must have a state."},
    )
    target_url = serializers.URLField(
        max_length=200, required=False, allow_blank=True, allow_null=True
    )
    context = serializers.SlugField(max_length=255, required=False)
    description = serializers.CharField(
        max_length=_LONGEST_TEXT, required=False, allow_blank=True, allow_null=True
    )


def choose_check(wanted: Mapping[str, Any]) -> NewCheck:
    """The check that a CheckInput has read."""
    return NewCheck(
        state=_RESULTS[wanted["state"]],
        context=wanted.get("context", "default"),
        target_url=wanted.get("target_url") or "",
        description=wanted.get("description") or "",
    )


class CommentInput(serializers.Serializer):
    addressed = serializers.BooleanField(allow_null=True)


class BundleInput(serializers.Serializer):
    name = serializers.CharField(max_length=LONGEST_NAME)
    public = serializers.BooleanField(required=False)
    patches = PatchesField()


class ProjectInput(serializers.Serializer):
    web_url = serializers.CharField(max_length=_LONGEST_URL, required=False, allow_blank=True)
    scm_url = serializers.CharField(max_length=_LONGEST_URL, required=False, allow_blank=True)
    webscm_url = serializers.CharField(max_length=_LONGEST_URL, required=False, allow_blank=True)
    list_archive_url = serializers.CharField(
        max_length=_LONGEST_URL, required=False, allow_blank=True
    )
    list_archive_url_format = serializers.CharField(
        max_length=_LONGEST_URL, required=False, allow_blank=True
    )
    commit_url_format = serializers.CharField(
        max_length=_LONGEST_URL, required=False, allow_blank=True
    )
    show_dependencies = serializers.BooleanField(required=False)


class SettingsInput(serializers.Serializer):
    send_email = serializers.BooleanField(required=False)
    items_per_page = serializers.IntegerField(required=False, **_PAGE_SIZES)


class UserInput(serializers.Serializer):
    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    settings = SettingsInput(required=False)
