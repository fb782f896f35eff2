"""Users: their profile, who maintains what, and their API tokens."""

import hashlib
import secrets
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from patchtrack.models import ApiToken, Person, Profile, Project
from patchtrack.services.transactions import in_transaction


class NameTaken(Exception):
    """There is one of this name already."""


def find_profile(user: AbstractBaseUser | AnonymousUser) -> Profile:
    """A user's choices; for one who has made none, and for anybody else, unsaved defaults.

    No query for the user of a request, at most one for others.
    """
    if not user.is_authenticated:
        return Profile()
    try:
        return user.profile
    except Profile.DoesNotExist:
        return Profile(user=user)


def find_time_zone(name: str) -> tzinfo:
    """The time zone of this name; UTC for one that the tables of this host no longer have."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@in_transaction
def change_profile(user: AbstractBaseUser, profile: Profile) -> None:
    """Save a user's names and choices; what else the profile has stays as it is."""
    user.save(update_fields=["first_name", "last_name"])
    columns = ("page_size", "time_zone", "notifications")
    chosen = {column: getattr(profile, column) for column in columns}
    Profile.objects.update_or_create(user=user, defaults=chosen)


def hash_token(token: str) -> str:
    """The digest by which a token is kept; tokens are random, so one plain SHA-256 will do."""
    return hashlib.sha256(token.encode()).hexdigest()


@in_transaction
def add_maintainer(project: Project, username: str, email: str = "") -> AbstractBaseUser:
    """Make a user, found by name or made without a usable password, maintainer of a project.

    With `email`, mail from that address is the user's from now on.
    """
    user, is_new = get_user_model().objects.get_or_create(username=username)
    if is_new:
        user.set_unusable_password()
    if email:
        user.email = email
        person, _ = Person.objects.get_or_create(address=email.lower())
        person.user = user
        person.save(update_fields=["user"])
    user.save()
    project.maintainers.add(user)
    return user


def add_token(user: AbstractBaseUser, name: str = "", scope: str = ApiToken.Scope.ALL) -> str:
    """A new API token of a user, 40 hex digits; it is kept only as a digest.

    Raises NameTaken if the user has a token of this name.
    """
    token = secrets.token_hex(20)
    name = name or f"made {timezone.now():%Y-%m-%d %H:%M:%S.%f}"
    try:
        with transaction.atomic():
            ApiToken.objects.create(user=user, name=name, digest=hash_token(token), scope=scope)
    except IntegrityError as error:
        raise NameTaken from error
    return token


def find_token(token: str) -> ApiToken | None:
    """What is known of a token, with its user and the user's profile; one query."""
    rows = ApiToken.objects.select_related("user__profile")
    return rows.filter(digest=hash_token(token), user__is_active=True).first()


def remove_token(token: ApiToken) -> None:
    """Revoke a token: whoever has it is a stranger from now on."""
    token.delete()
