"""Tells what was decided about patches when a page was made, by what others have decided since."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser

from patchtrack.models import Change, Event, Project
from patchtrack.services.changes import UNDO_FOR, Decision

# Before this, who archived what may be forgotten.
KNOWN_FOR = UNDO_FOR
# An event may be as much older than the moment from which on pages show it.
_COMMITTING = timedelta(seconds=2)


def find_overtaken(
    user: AbstractBaseUser, project: Project, moment: datetime
) -> dict[int, Decision]:
    """What a page of this moment, at most KNOWN_FOR ago, showed of what others than the user have
    decided anew since, by the patches' ids; two queries.

    To be asked after the patches are read as they are: then no change falls between the two.
    """
    since = moment - _COMMITTING
    shown: dict[int, dict[str, int | bool | None]] = defaultdict(dict)
    events = Event.objects.filter(project=project, category__in=Event.DECISIONS, date__gt=since)
    columns = ("message", "category", "previous_state", "previous_delegate")
    rows = events.exclude(actor=user).order_by("date", "pk").values_list(*columns)
    for patch, category, state, delegate in rows.iterator():
        if category == Event.Category.PATCH_DELEGATED:
            shown[patch].setdefault("delegate_id", delegate)
        else:
            shown[patch].setdefault("state_id", state)
    # That a patch was archived is no event, but it can be undone.
    changes = Change.objects.filter(project=project, date__gt=since).exclude(user=user)
    for before in changes.order_by("date", "pk").values_list("before", flat=True):
        for patch, decision in before:
            if "archived" in decision:
                shown[patch].setdefault("archived", decision["archived"])
    return shown
