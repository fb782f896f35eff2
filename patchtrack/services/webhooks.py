"""What a project's maintainers say of its webhooks: which there are, and what to send again."""

import json
import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from patchtrack.models import Event, Project, Webhook, WebhookDelivery
from patchtrack.services.following import find_newest_cursor
from patchtrack.services.outgoing import split_url
from patchtrack.services.permissions import is_maintainer
from patchtrack.services.transactions import in_transaction
from patchtrack.services.webhook_sending import find_wanted

log = logging.getLogger(__name__)

# More than one project needs, and each is asked about each event.
MOST_OF_PROJECT = 20
TEST_CATEGORY = "ping"
_SECRET_BYTES = 32
# The columns of Webhook that are its maintainers' to say.
_SAID = ("url", "categories", "secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a webhook is to be. Without categories it gets all events; without a `secret` it keeps
    its own, or gets one that nobody can guess."""

    url: str
    categories: Collection[str] = ()
    secret: str = field(default="", repr=False)


@in_transaction
def add_webhook(user: AbstractBaseUser, project: Project, wish: Wish) -> Webhook:
    """A webhook that gets what happens from now on. Raises PermissionDenied and ValidationError."""
    locked = _lock(user, project)
    if locked.webhooks.count() >= MOST_OF_PROJECT:
        raise ValidationError(f"A project has at most {MOST_OF_PROJECT} webhooks.")
    hook = Webhook(project=locked, cursor=find_newest_cursor())
    hook.secret = secrets.token_urlsafe(_SECRET_BYTES)
    return _write(user, hook, wish)


@in_transaction
def change_webhook(user: AbstractBaseUser, project: Project, row: int, wish: Wish) -> Webhook:
    """Raises PermissionDenied, Webhook.DoesNotExist and ValidationError."""
    return _write(user, _find(user, project, row), wish)


@in_transaction
def remove_webhook(user: AbstractBaseUser, project: Project, row: int) -> None:
    """With its log. Raises PermissionDenied and Webhook.DoesNotExist."""
    hook = _find(user, project, row)
    hook.delete()
    log.info("%s removed the webhook %d of %s", user.get_username(), row, project.linkname)


@in_transaction
def stop_webhook(user: AbstractBaseUser, project: Project, row: int) -> None:
    """Send it nothing until it goes on. Raises PermissionDenied and Webhook.DoesNotExist."""
    hook = _find(user, project, row)
    failure = f"Stopped by {user.get_username()}."
    Webhook.objects.filter(pk=hook.pk).update(active=False, failure=failure)


@in_transaction
def resume_webhook(
    user: AbstractBaseUser, project: Project, row: int, *, from_now_on: bool = False
) -> None:
    """Let a webhook that was stopped get all that has happened since, or only what happens from
    now on. Raises PermissionDenied and Webhook.DoesNotExist."""
    hook = _find(user, project, row)
    if from_now_on:
        _go_on_behind(hook, find_newest_cursor())
    else:
        _go_on(hook)


@in_transaction
def pass_over(user: AbstractBaseUser, project: Project, row: int, delivery: int) -> None:
    """Let a webhook that was stopped go on behind the event that failed, if that is the one of a
    delivery. Raises PermissionDenied, Webhook.DoesNotExist, and WebhookDelivery.DoesNotExist if
    another event is next by now."""
    hook = _find(user, project, row)
    failed = find_failed(hook)
    if failed is None or failed.pk != delivery:
        raise WebhookDelivery.DoesNotExist
    _go_on_behind(hook, failed.cursor)
    log.info("%s had the webhook %d pass over %d", user.get_username(), row, failed.cursor)


def find_failed(hook: Webhook) -> WebhookDelivery | None:
    """What failed and keeps a webhook that was stopped from all that came later: None while it is
    active, or if what is next was never tried."""
    if hook.active:
        return None
    coming = find_wanted(hook).filter(cursor__gt=hook.cursor).order_by("cursor")
    return hook.deliveries.filter(cursor__in=coming.values("cursor")[:1], attempts__gt=0).first()


@in_transaction
def add_test(user: AbstractBaseUser, project: Project, row: int) -> WebhookDelivery:
    """Have something sent that is no event. Raises PermissionDenied and Webhook.DoesNotExist."""
    hook = _find(user, project, row)
    site = settings.PATCHTRACK_SITE_URL.removesuffix("/")
    body = {
        "category": TEST_CATEGORY,
        "project": {"id": project.pk, "link_name": project.linkname, "name": project.name},
        "web_url": f"{site}/project/{project.linkname}/",
    }
    return WebhookDelivery.objects.create(
        webhook=hook, key=uuid4(), category=TEST_CATEGORY, body=json.dumps(body), wanted=True
    )


@in_transaction
def redeliver(user: AbstractBaseUser, project: Project, row: int, delivery: int) -> None:
    """Have the same sent once more. Raises PermissionDenied, Webhook.DoesNotExist and
    WebhookDelivery.DoesNotExist."""
    hook = _find(user, project, row)
    if not hook.deliveries.filter(pk=delivery).update(wanted=True):
        raise WebhookDelivery.DoesNotExist


def _go_on(hook: Webhook, **columns: Any) -> None:
    begun: dict[str, Any] = {"active": True, "attempts": 0, "failure": "", "due": timezone.now()}
    Webhook.objects.filter(pk=hook.pk).update(**begun, **columns)


def _go_on_behind(hook: Webhook, cursor: int) -> None:
    # Whoever is about to send what came before loses the claim.
    _go_on(hook, cursor=cursor, claimed=None)


def _lock(user: AbstractBaseUser, project: Project) -> Project:
    if not is_maintainer(user, project):
        raise PermissionDenied("Only maintainers of the project may see and change its webhooks.")
    return Project.objects.select_for_update().get(pk=project.pk)


def _find(user: AbstractBaseUser, project: Project, row: int) -> Webhook:
    locked = _lock(user, project)
    return Webhook.objects.select_for_update().get(project=locked, pk=row)


def _write(user: AbstractBaseUser, hook: Webhook, wish: Wish) -> Webhook:
    try:
        split_url(wish.url)
    except ValueError as error:
        raise ValidationError({"url": str(error)}) from error
    if unknown := set(wish.categories) - set(Event.Category.values):
        raise ValidationError({"categories": f"There is no category {min(unknown)}."})
    hook.url, hook.categories = wish.url, sorted(wish.categories)
    hook.secret = wish.secret or hook.secret
    others = {field.name for field in Webhook._meta.fields} - set(_SAID)  # noqa: SLF001
    hook.clean_fields(exclude=others)
    # Who sends to it may be writing the others.
    hook.save(update_fields=_SAID if hook.pk else None)
    # An address may hold a secret of its own.
    log.info("%s set the webhook %d of %s", user.get_username(), hook.pk, hook.project.linkname)
    return hook
