"""Users: who maintains what, their addresses and their API tokens."""

import hashlib
import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from patchtrack.models import ApiToken, Person, Project


def hash_token(token: str) -> str:
    """The digest by which a token is kept; tokens are random, so one plain SHA-256 will do."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
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


def add_token(user: AbstractBaseUser, name: str = "") -> str:
    """A new API token of a user, 40 hex digits; it is kept only as a digest."""
    token = secrets.token_hex(20)
    name = name or f"made {timezone.now():%Y-%m-%d %H:%M:%S.%f}"
    ApiToken.objects.create(user=user, name=name, digest=hash_token(token))
    return token
