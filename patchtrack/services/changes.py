"""Changes what people decide about patches: state, delegate, archived, where a patch was committed
and from where it is pulled, with their events."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from patchtrack.models import Change, Event, Patch, Project
from patchtrack.services.cursors import number_on_commit
from patchtrack.services.notifications import add_untold
from patchtrack.services.permissions import find_changeable
from patchtrack.services.transactions import in_transaction

# What a person decides about a patch on its page, and what else by the API.
DECISIONS = ("state_id", "delegate_id", "archived")
_DECIDED = (*DECISIONS, "commit_ref", "chosen_pull_url")
UNDO_FOR = timedelta(days=1)
# Longer, by more than any transaction takes: a change may be seen long after its date.
_KEPT_FOR = UNDO_FOR + timedelta(hours=1)
_LOCKED_AT_ONCE = 500

# Some of what is decided, and what each is to be.
Decision = Mapping[str, int | bool | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of a wish: how many patches are as wished now that were not before, how many
    were not the user's to change, and those that somebody else has changed since the user saw
    them, which stay as they are. `undo` is the id of the change, 0 where nothing was changed."""

    changed: int
    forbidden: int
    overtaken: tuple[Patch, ...]
    undo: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """How many patches are as they were before, and how many stay as somebody made them since."""

    restored: int
    kept: int


def find_decision(patch: Patch) -> dict[str, int | bool | None]:
    """What is decided about a patch."""
    return {name: getattr(patch, name) for name in DECISIONS}


@in_transaction
def change_patches(
    user: AbstractBaseUser,
    project: Project,
    ids: Collection[int],
    wanted: Decision,
    seen: Mapping[int, Decision] | None = None,
) -> Changed:
    """Decide the same about some patches of a project.

    `seen` holds, by id, what the user saw of a patch before deciding: where somebody else has
    meanwhile decided otherwise about the same, nothing is overwritten.
    """
    forbidden = 0
    overtaken: list[Patch] = []
    changing: list[Patch] = []
    for patches in _lock(project, ids):
        allowed = find_changeable(user, project, patches)
        forbidden += len(patches) - len(allowed)
        for patch in patches:
            if patch.pk not in allowed or _is(patch, wanted):
                continue
            if _is_overtaken(patch, wanted, (seen or {}).get(patch.pk, {})):
                overtaken.append(patch)
            else:
                changing.append(patch)
    undo = _record(user, project, changing, wanted)
    _write(user, project, changing, wanted)
    return Changed(
        changed=len(changing), forbidden=forbidden, overtaken=tuple(overtaken), undo=undo
    )


@in_transaction
def undo_change(user: AbstractBaseUser, change_id: int) -> Undone:
    """Take back what a user did to patches, but not what others made of them since.

    Raises Change.DoesNotExist if it was not this user's, or was undone already.
    """
    change = Change.objects.select_for_update().select_related("project")
    change = change.get(pk=change_id, user=user, undoable=True)
    before: dict[int, Decision] = dict(change.before)
    restored: dict[tuple, list[Patch]] = defaultdict(list)
    for patches in _lock(change.project, before):
        allowed = find_changeable(user, change.project, patches)
        for patch in patches:
            if patch.pk in allowed and _is(patch, change.after):
                restored[tuple(sorted(before[patch.pk].items()))].append(patch)
    for decision, patches in restored.items():
        _record(user, change.project, patches, dict(decision), undoable=False)
        _write(user, change.project, patches, dict(decision))
    Change.objects.filter(pk=change.pk).update(undoable=False)
    count = sum(map(len, restored.values()))
    return Undone(restored=count, kept=len(before) - count)


def _lock(project: Project, ids: Iterable[int]) -> Iterator[list[Patch]]:
    """The project's patches with these ids, locked in the order of their ids, some at a time."""
    ordered = iter(sorted(set(ids)))
    while some := list(islice(ordered, _LOCKED_AT_ONCE)):
        patches = Patch.objects.select_for_update(of=("self",)).select_related("submitter")
        columns = ("name", "project_id", "submitter__user_id", *_DECIDED)
        yield list(patches.filter(project=project, pk__in=some).only(*columns).order_by("pk"))


def _is(patch: Patch, decision: Decision) -> bool:
    return all(getattr(patch, name) == value for name, value in decision.items())


def _is_overtaken(patch: Patch, wanted: Decision, seen: Decision) -> bool:
    return any(name in seen and getattr(patch, name) != seen[name] for name in wanted)


def _record(
    user: AbstractBaseUser,
    project: Project,
    patches: Sequence[Patch],
    wanted: Decision,
    *,
    undoable: bool = True,
) -> int:
    if not patches:
        return 0
    Change.objects.filter(user=user, date__lt=timezone.now() - _KEPT_FOR).delete()
    before = [[patch.pk, {name: getattr(patch, name) for name in wanted}] for patch in patches]
    change = Change.objects.create(
        user=user, project=project, before=before, after=dict(wanted), undoable=undoable
    )
    return change.pk


def _write(
    user: AbstractBaseUser, project: Project, patches: Sequence[Patch], wanted: Decision
) -> None:
    """Decide about locked patches, each with its events."""
    events = _events(user, patches, wanted)
    made = Event.objects.bulk_create(events, batch_size=_LOCKED_AT_ONCE)
    number_on_commit(len(made) + 1)
    if project.send_notifications:
        add_untold(made)
    for start in range(0, len(patches), _LOCKED_AT_ONCE):
        some = [patch.pk for patch in patches[start : start + _LOCKED_AT_ONCE]]
        Patch.objects.filter(pk__in=some).update(**wanted)


def _events(user: AbstractBaseUser, patches: Iterable[Patch], wanted: Decision) -> Iterator[Event]:
    for patch in patches:
        shared = {"project_id": patch.project_id, "message_id": patch.pk, "actor": user}
        if wanted.get("state_id", patch.state_id) != patch.state_id:
            yield Event(
                category=Event.Category.PATCH_STATE_CHANGED,
                previous_state_id=patch.state_id,
                current_state_id=wanted["state_id"],
                **shared,
            )
        if wanted.get("delegate_id", patch.delegate_id) != patch.delegate_id:
            yield Event(
                category=Event.Category.PATCH_DELEGATED,
                previous_delegate_id=patch.delegate_id,
                current_delegate_id=wanted["delegate_id"],
                **shared,
            )
