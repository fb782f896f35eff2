"""What the maintainers of a project set: links, states, whom its mail obeys, who gets what."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError

from patchtrack.models import DelegationRule, Project, State, Tag
from patchtrack.services.choices import find_delegates
from patchtrack.services.permissions import is_maintainer
from patchtrack.services.transactions import in_transaction

log = logging.getLogger(__name__)

# The columns of Project that are its maintainers' to set; all others are for administrators.
SETTINGS = (
    "web_url",
    "webscm_url",
    "scm_url",
    "list_archive_url",
    "list_archive_url_format",
    "commit_url_format",
    "use_tags",
    "show_dependencies",
    "obey_headers_of",
    "send_notifications",
)
# Further apart than anybody's rules.
LARGEST_PRIORITY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a delegation rule is to say; `user` is an id."""

    path: str
    user: int
    priority: int = 0


def first_state() -> State | None:
    """The state of new patches, which no project can hide."""
    return State.objects.first()


def find_tag_columns(project: Project) -> list[Tag]:
    """The trailers that are counted in the project's lists; at most one query."""
    return list(Tag.objects.filter(show_column=True)) if project.use_tags else []


@in_transaction
def change_settings(user: AbstractBaseUser, project: Project, wanted: Mapping[str, Any]) -> None:
    """Set those of SETTINGS that are `wanted`. Raises PermissionDenied and ValidationError."""
    locked = _lock(user, project)
    for name in SETTINGS:
        if name in wanted:
            setattr(locked, name, wanted[name])
    others = {field.name for field in Project._meta.fields} - set(SETTINGS)  # noqa: SLF001
    locked.full_clean(exclude=others)
    locked.save(update_fields=SETTINGS)
    log.info("%s changed the settings of %s", user.get_username(), project.linkname)


@in_transaction
def change_offered_states(user: AbstractBaseUser, project: Project, offered: set[int]) -> None:
    """Offer only these states (by id), and always the first. Raises PermissionDenied."""
    locked = _lock(user, project)
    first = first_state()
    hidden = State.objects.exclude(pk__in=offered | ({first.pk} if first else set()))
    locked.hidden_states.set(hidden)
    log.info("%s changed the states of %s", user.get_username(), project.linkname)


@in_transaction
def add_rule(user: AbstractBaseUser, project: Project, wanted: Rule) -> DelegationRule:
    """Raises PermissionDenied, and ValidationError for a rule that cannot be."""
    return _write_rule(user, DelegationRule(project=_lock(user, project)), wanted)


@in_transaction
def change_rule(user: AbstractBaseUser, project: Project, row: int, wanted: Rule) -> DelegationRule:
    """Raises PermissionDenied, DelegationRule.DoesNotExist, and ValidationError for a rule that
    cannot be."""
    locked = _lock(user, project)
    return _write_rule(user, DelegationRule.objects.get(project=locked, pk=row), wanted)


@in_transaction
def remove_rule(user: AbstractBaseUser, project: Project, row: int) -> None:
    """Raises PermissionDenied. A rule that is gone already is gone."""
    locked = _lock(user, project)
    DelegationRule.objects.filter(project=locked, pk=row).delete()
    log.info("%s removed a delegation rule of %s", user.get_username(), project.linkname)


def _lock(user: AbstractBaseUser, project: Project) -> Project:
    """The project as it is now; who else sets something there waits until we are done."""
    if not is_maintainer(user, project):
        raise PermissionDenied("Only maintainers of the project may change its settings.")
    return Project.objects.select_for_update().get(pk=project.pk)


def _write_rule(user: AbstractBaseUser, rule: DelegationRule, wanted: Rule) -> DelegationRule:
    # Who had it before may keep it, also when no longer a maintainer.
    allowed = {rule.user_id, *(one.pk for one in find_delegates(rule.project))}
    if wanted.user not in allowed:
        raise ValidationError({"user": "Patches are delegated to maintainers of the project."})
    if abs(wanted.priority) > LARGEST_PRIORITY:
        raise ValidationError({"priority": f"A priority is at most {LARGEST_PRIORITY}."})
    if not wanted.path.isprintable():
        raise ValidationError({"path": "A path has no control characters."})
    rule.path, rule.user_id, rule.priority = wanted.path.strip(), wanted.user, wanted.priority
    rule.full_clean()
    rule.save()
    log.info(
        "%s set the delegation rule %r of %s", user.get_username(), rule.path, rule.project.linkname
    )
    return rule
