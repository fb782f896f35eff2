"""The methods that change something."""

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from patchtrack.api.authentication import check_scope
from patchtrack.api.inputs import CheckInput, PatchInput, choose_check
from patchtrack.api.xmlrpc.arguments import Refused, parse_id
from patchtrack.models import ApiToken, Patch, State
from patchtrack.services.changes import change_patches
from patchtrack.services.checks import add_check
from patchtrack.services.permissions import find_changeable


def patch_set(request: Request, patch: Any, wanted: Any) -> bool:
    """Decide about a patch: its `state` by id, `archived`, `commit_ref`; the rest is ignored."""
    _require_user(request, ApiToken.Scope.ALL)
    row = _find_patch(patch)
    if not isinstance(wanted, dict):
        raise Refused("what is to be changed is a struct")
    if not find_changeable(request.user, row.project, [row]):
        raise PermissionDenied
    change_patches(request.user, row.project, [row.pk], _parse_decision(wanted))
    return True


def check_create(
    request: Request,
    patch: Any,
    context: Any,
    state: Any,
    target_url: Any = "",
    description: Any = "",
) -> bool:
    """Report a check of a patch, by the name of its state."""
    _require_user(request, ApiToken.Scope.CHECKS)
    row = _find_patch(patch)
    said = {"context": context, "state": state}
    said |= {"target_url": target_url, "description": description}
    add_check(request.user, row.pk, choose_check(_read(CheckInput, said)))
    return True


def _require_user(request: Request, needed: ApiToken.Scope) -> None:
    """Raises NotAuthenticated and PermissionDenied."""
    if not request.user.is_authenticated:
        raise NotAuthenticated
    check_scope(request, needed)


def _find_patch(patch: Any) -> Patch:
    rows = Patch.objects.select_related("project", "submitter")
    found = rows.filter(pk=parse_id(patch)).first()
    if found is None:
        raise Refused("No Patch matches the given query.")
    return found


def _parse_decision(wanted: dict[str, Any]) -> dict[str, Any]:
    """What is asked for in the names of columns. Raises ValidationError and Refused."""
    said = {name: wanted[name] for name in ("archived", "commit_ref") if name in wanted}
    decision = _read(PatchInput, said)
    if "commit_ref" in decision:
        decision["commit_ref"] = decision["commit_ref"] or ""
    if "state" in wanted:
        decision["state_id"] = parse_id(wanted["state"])
        if not State.objects.filter(pk=decision["state_id"]).exists():
            raise Refused("No State matches the given query.")
    return decision


def _read(form: type[Serializer], said: dict[str, Any]) -> dict[str, Any]:
    """Raises ValidationError."""
    read = form(data=said, partial=form is PatchInput)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


METHODS = {method.__name__: method for method in (patch_set, check_create)}
