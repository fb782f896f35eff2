"""The keys by which feed readers, which have no session, read a user's own feed."""

import secrets

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from patchtrack.models import FeedKey
from patchtrack.services.accounts import hash_token
from patchtrack.services.transactions import in_transaction


@in_transaction
def change_feed_key(user: AbstractBaseUser) -> str:
    """A new key of a user, kept only as a digest; one that the user had opens nothing any more."""
    key = secrets.token_urlsafe(32)
    columns = {"digest": hash_token(key), "created": timezone.now()}
    FeedKey.objects.update_or_create(user=user, defaults=columns)
    return key


@in_transaction
def remove_feed_key(user: AbstractBaseUser) -> None:
    """Who has the user's key is a stranger from now on."""
    FeedKey.objects.filter(user=user).delete()


def find_feed_key(user: AbstractBaseUser) -> FeedKey | None:
    return FeedKey.objects.filter(user=user).first()


def find_feed_user(key: str) -> AbstractBaseUser | None:
    """Whose feed a key opens; None for a key that is nobody's, or a closed account's."""
    found = FeedKey.objects.filter(digest=hash_token(key), user__is_active=True)
    row = found.select_related("user").first()
    return row.user if row else None
