"""Makes from rows what XML-RPC tells of them: plain dicts with Patchwork's keys.

What people write is bytes in most places, and clients decode it as UTF-8; nothing is None.
"""

from datetime import UTC, datetime
from typing import Any

from patchtrack.models import Check, Patch, Person, Project, State
from patchtrack.services.filenames import choose_filename

Record = dict[str, Any]


def _format_date(date: datetime) -> bytes:
    """In UTC, without an offset."""
    return str(date.astimezone(UTC).replace(tzinfo=None)).encode()


def tell_project(project: Project) -> Record:
    return {"id": project.pk, "linkname": project.linkname, "name": project.name}


def tell_person(person: Person) -> Record:
    """A person, and the address, which is only for users."""
    user = person.user.get_username() if person.user else ""
    name = person.name or person.address
    return {"id": person.pk, "email": person.address, "name": name, "user": user.encode()}


def tell_name(person: Person) -> Record:
    """A person, for anybody."""
    return {"id": person.pk, "email": "", "name": person.name, "user": b""}


def tell_state(state: State) -> Record:
    return {"id": state.pk, "name": state.name}


def tell_patch(patch: Patch) -> Record:
    """A patch as `patchtrack.services.related` finds it; without a delegate, the id is 0."""
    delegate = patch.delegate.get_username() if patch.delegate else ""
    return {
        "id": patch.pk,
        "date": _format_date(patch.date),
        "filename": choose_filename(patch.name, patch.pk),
        "msgid": f"<{patch.message.message_id}>",
        "name": patch.name,
        "project": patch.project.name.encode(),
        "project_id": patch.project_id,
        "state": patch.state.name.encode(),
        "state_id": patch.state_id,
        "archived": patch.archived,
        "submitter": str(patch.submitter).encode(),
        "submitter_id": patch.submitter_id,
        "delegate": delegate.encode(),
        "delegate_id": patch.delegate_id or 0,
        "commit_ref": patch.commit_ref,
        "hash": patch.hash,
    }


def tell_check(check: Check) -> Record:
    """A check with its patch and its user."""
    return {
        "id": check.pk,
        "date": _format_date(check.date),
        "patch": check.patch.name.encode(),
        "patch_id": check.patch_id,
        "user": check.user.get_username().encode(),
        "user_id": check.user_id,
        "state": check.get_state_display(),
        "target_url": check.target_url,
        "description": check.description,
        "context": check.context,
    }
