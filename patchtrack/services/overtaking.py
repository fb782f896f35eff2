"""Tells what a list showed of patches when it was made, by what others have done since.

No clock says what has happened since: an event is dated when it is made, and may be committed, and
so be seen, long after that. So a list says up to which cursor all was committed before it was read
(`with_newest_cursor`), and of the events and changes those are newer that have a higher cursor, or
none as yet. What was committed just before, and not numbered yet, is taken for newer, too: then
one is asked to decide again, and nothing is overwritten. Only if that is taken back later, it looks
as if it had never been.

That a patch was archived is no event. But whoever archives patches, or takes that back, leaves a
change, which has a cursor of the same order.
"""

from collections import defaultdict
from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from patchtrack.models import Change, Event, Project
from patchtrack.services.changes import UNDO_FOR, Decision

# Before this, who archived what may be forgotten.
KNOWN_FOR = UNDO_FOR


def find_overtaken(user: AbstractBaseUser, project: Project, cursor: int) -> Mapping[int, Decision]:
    """What a list of this cursor, made at most KNOWN_FOR ago, showed of what others than the user
    have decided anew since, by the patches' ids; there may be patches of other projects among
    them. Two queries.

    To be asked after the patches are read as they are: then no change falls between the two.
    """
    shown: dict[int, dict[str, int | bool | None]] = defaultdict(dict)
    # Who decides about a patch has locked it: the ids of what was decided are in order.
    events = Event.objects.filter(_is_after(cursor, project), category__in=Event.DECISIONS)
    columns = ("message", "category", "previous_state", "previous_delegate")
    rows = events.exclude(actor=user).order_by("pk").values_list(*columns)
    for patch, category, state, delegate in rows.iterator():
        if category == Event.Category.PATCH_DELEGATED:
            shown[patch].setdefault("delegate_id", delegate)
        else:
            shown[patch].setdefault("state_id", state)
    changes = Change.objects.filter(_is_after(cursor, project)).exclude(user=user)
    for before in changes.order_by("pk").values_list("before", flat=True):
        for patch, decision in before:
            if "archived" in decision:
                shown[patch].setdefault("archived", decision["archived"])
    return shown


def find_arrived(project: Project, cursor: int) -> set[int]:
    """The ids of the patches that have come after a list of this cursor was made, and perhaps of
    others of other projects; one query, to be asked after the patches are read, too."""
    created = Event.objects.filter(category=Event.Category.PATCH_CREATED)
    rows = created.filter(_is_after(cursor, project)).values_list("message", flat=True)
    return set(rows.iterator())


def _is_after(cursor: int, project: Project) -> Q:
    # The few that wait are found in all projects, and by their ids: asked in any other way, SQLite
    # goes through all that ever happened in the project.
    return Q(project=project, cursor__gt=cursor) | Q(cursor=None, pk__gt=0)
