"""The methods that tell something; what there is not is an empty struct or text."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from patchtrack.api.filters import narrow
from patchtrack.api.versions import LATEST
from patchtrack.api.xmlrpc.arguments import (
    Refused,
    choose_comparison,
    choose_parameters,
    parse_count,
    parse_filters,
    parse_id,
    parse_patch_filters,
    parse_text,
    take_rows,
)
from patchtrack.api.xmlrpc.messages import is_xml
from patchtrack.api.xmlrpc.records import (
    Record,
    tell_check,
    tell_name,
    tell_patch,
    tell_person,
    tell_project,
    tell_state,
)
from patchtrack.models import Check, Patch, Project, State
from patchtrack.services import related
from patchtrack.services.mbox import format_item
from patchtrack.services.patch_text import read_diff_bytes
from patchtrack.services.resolving import NotFound, find_users
from patchtrack.services.stored import find_patch_items, find_raw

# The one of Patchwork's interface that has all of this.
_VERSION = (1, 3, 0)
# A patch that was not checked waits for it.
_UNCHECKED = Check.Result.PENDING


def pw_rpc_version(_request: Request) -> tuple[int, int, int]:
    return _VERSION


def project_list(_request: Request, search: Any = None, max_count: Any = 0) -> list[Record]:
    """The projects whose link name has a text in it."""
    rows = Project.objects.filter(linkname__icontains=parse_text(search))
    return [tell_project(row) for row in take_rows(rows, parse_count(max_count))]


def project_get(_request: Request, project: Any) -> Record:
    found = Project.objects.filter(pk=parse_id(project)).first()
    return tell_project(found) if found else {}


def person_list(request: Request, search: Any = None, max_count: Any = 0) -> list[Record]:
    """The people whose name or address has a text in it. Who is no user sees no addresses, and
    finds by an address only whose it is."""
    wanted, is_user = parse_text(search), request.user.is_authenticated
    found = Q(name__icontains=wanted)
    found |= Q(address__icontains=wanted) if is_user else Q(address=wanted.lower())
    rows = related.people().filter(found).order_by("pk")
    tell = tell_person if is_user else tell_name
    return [tell(row) for row in take_rows(rows, parse_count(max_count))]


def person_get(request: Request, person: Any) -> Record:
    found = related.people().filter(pk=parse_id(person)).first()
    tell = tell_person if request.user.is_authenticated else tell_name
    return tell(found) if found else {}


def state_list(_request: Request, search: Any = None, max_count: Any = 0) -> list[Record]:
    """The states whose name has a text in it."""
    rows = State.objects.filter(name__icontains=parse_text(search))
    return [tell_state(row) for row in take_rows(rows, parse_count(max_count))]


def state_get(_request: Request, state: Any) -> Record:
    found = State.objects.filter(pk=parse_id(state)).first()
    return tell_state(found) if found else {}


def patch_list(_request: Request, filters: Any = None) -> list[Record]:
    """The patches, oldest first, that all filters let through."""
    wanted = parse_patch_filters(filters)
    rows = narrow(related.patches(), "patches", choose_parameters(wanted), LATEST)
    rows = rows.filter(choose_comparison(wanted))
    if "delegate_id" in wanted:
        rows = rows.filter(delegate__in=_find_users_of(wanted["delegate_id"]))
    count = parse_count(wanted.get("max_count", 0))
    return [tell_patch(row) for row in take_rows(rows.order_by("date", "pk"), count)]


def _find_users_of(person: Any) -> QuerySet:
    """Clients know a delegate as a person."""
    return get_user_model().objects.filter(people=parse_id(person))


def patch_get(_request: Request, patch: Any) -> Record:
    return _tell_first(related.patches().filter(pk=parse_id(patch)))


def patch_get_by_hash(_request: Request, wanted: Any) -> Record:
    return _tell_first(_by_hash(wanted))


def patch_get_by_project_hash(_request: Request, project: Any, wanted: Any) -> Record:
    """The patch of a hash in the project of a link name."""
    return _tell_first(_by_hash(wanted).filter(project__linkname=parse_text(project)))


def _by_hash(wanted: Any) -> QuerySet[Patch]:
    # Who has no hash has an empty one.
    return related.patches().filter(hash=parse_text(wanted).lower() or None).order_by("pk")


def _tell_first(rows: QuerySet[Patch]) -> Record:
    found = rows.first()
    return tell_patch(found) if found else {}


def patch_get_mbox(_request: Request, patch: Any) -> str:
    found = list(Patch.objects.filter(pk=parse_id(patch)).select_related("delegate"))
    items = find_patch_items(found)
    return format_item(items[0], can_carry=is_xml).decode() if items else ""


def patch_get_diff(_request: Request, patch: Any) -> str:
    """Raises Refused for a diff that would come out changed."""
    row = parse_id(patch)
    raws = find_raw(Patch.objects.filter(pk=row).values_list("pk", flat=True))
    if not raws:
        return ""
    try:
        diff = read_diff_bytes(raws[row]).decode()
    except UnicodeDecodeError as error:
        raise Refused("the diff is not in UTF-8: the mbox has it") from error
    if not is_xml(diff):
        raise Refused("XML has no place for some characters of the diff: the mbox has it")
    return diff


def check_list(_request: Request, filters: Any = None) -> list[Record]:
    """The checks of a patch (`patch_id`), a project, or a `user` by name or id, oldest first."""
    wanted = parse_filters(filters, ("id", "patch_id", "project_id", "user", "max_count"))
    columns = {"id": "pk", "patch_id": "patch", "project_id": "patch__project"}
    chosen = {columns[name]: parse_id(wanted[name]) for name in columns if name in wanted}
    rows = related.checks().select_related("patch").filter(**chosen).order_by("pk")
    if "user" in wanted:
        rows = rows.filter(user__in=_find_users(wanted["user"]))
    return [tell_check(row) for row in take_rows(rows, parse_count(wanted.get("max_count", 0)))]


def _find_users(user: Any) -> list[int]:
    try:
        return find_users([str(user)])
    except NotFound:
        return []


def check_get(_request: Request, check: Any) -> Record:
    found = related.checks().select_related("patch").filter(pk=parse_id(check)).first()
    return tell_check(found) if found else {}


def patch_check_get(request: Request, patch: Any) -> Record:
    """All checks of a patch, and what they come to."""
    found = Patch.objects.filter(pk=parse_id(patch)).first()
    if found is None:
        return {}
    checks = check_list(request, {"patch_id": patch})
    combined = _UNCHECKED if found.check_state is None else found.check_state
    return {"state": Check.Result(combined).label, "total": len(checks), "checks": checks}


METHODS = {
    method.__name__: method
    for method in (
        pw_rpc_version, project_list, project_get, person_list, person_get, state_list, state_get,
        patch_list, patch_get, patch_get_by_hash, patch_get_by_project_hash, patch_get_mbox,
        patch_get_diff, check_list, check_get, patch_check_get,
    )
}  # fmt: skip
