"""Links that are mailed to an address: who opens one reads that address's mail."""

import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from patchtrack.models import Confirmation
from patchtrack.services.accounts import hash_token

LIFETIME = timedelta(days=7)


class DeadLink(Exception):
    """No link has this key: it never was one, was used, or is too old."""


def add_confirmation(
    purpose: Confirmation.Purpose, address: str, user: AbstractBaseUser | None = None
) -> str:
    """The key of a new link for a week; it is kept only as a digest."""
    Confirmation.objects.filter(created__lt=timezone.now() - LIFETIME).delete()
    key = secrets.token_urlsafe(32)
    Confirmation.objects.create(purpose=purpose, address=address, user=user, digest=hash_token(key))
    return key


def find_confirmation(key: str) -> Confirmation:
    """What a link is for. Raises DeadLink."""
    oldest = timezone.now() - LIFETIME
    links = Confirmation.objects.filter(digest=hash_token(key), created__gte=oldest)
    found = links.select_related("user").first()
    if found is None:
        raise DeadLink
    return found


def take_confirmation(key: str, purpose: Confirmation.Purpose) -> Confirmation:
    """Use a link up, within the transaction that does what it is for.

    Of two who open it at the same time the later one has to wait, and gets DeadLink.
    """
    found = find_confirmation(key)
    deleted, _ = Confirmation.objects.filter(pk=found.pk, purpose=purpose).delete()
    if not deleted:
        raise DeadLink
    return found
