"""For maintainers: the settings of their project."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from patchtrack.models import DelegationRule, Project, Tag
from patchtrack.services.choices import find_delegates
from patchtrack.services.permissions import is_maintainer
from patchtrack.services.project_settings import (
    Rule,
    add_rule,
    change_offered_states,
    change_rule,
    change_settings,
    remove_rule,
)
from patchtrack.web.forms import RuleForm, SettingsForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_settings(request: HttpRequest, linkname: str) -> HttpResponse:
    project = find_own_project(request, linkname)
    if request.method != "POST":
        return _show(request, project, SettingsForm(instance=project))
    form = SettingsForm(request.POST, instance=project)
    if not form.is_valid():
        return _show(request, Project.objects.get(pk=project.pk), form, status=422)
    with transaction.atomic():
        change_settings(request.user, project, form.cleaned_data)
        offered = {state.pk for state in form.cleaned_data["states"]}
        change_offered_states(request.user, project, offered)
    messages.success(request, "The settings are saved.")
    return redirect("project-settings", linkname)


@login_required
@require_POST
def new_rule(request: HttpRequest, linkname: str) -> HttpResponse:
    project = find_own_project(request, linkname)
    return _write_rule(request, project, lambda rule: add_rule(request.user, project, rule))


@login_required
@require_POST
def one_rule(request: HttpRequest, linkname: str, row: int) -> HttpResponse:
    project = find_own_project(request, linkname)
    if request.POST.get("action") == "remove":
        remove_rule(request.user, project, row)
        messages.success(request, "The rule is removed.")
        return _back_to_rules(linkname)
    return _write_rule(request, project, lambda rule: change_rule(request.user, project, row, rule))


def find_own_project(request: HttpRequest, linkname: str) -> Project:
    """Raises Http404, and PermissionDenied for those who do not maintain it."""
    project = get_object_or_404(Project, linkname=linkname)
    if not is_maintainer(request.user, project):
        raise PermissionDenied("The settings of a project are for its maintainers.")
    return project


def _write_rule(
    request: HttpRequest, project: Project, write: Callable[[Rule], DelegationRule]
) -> HttpResponse:
    """Do what the form says, or tell what is wrong with it."""
    form = RuleForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        rule = write(form.as_rule())
    except DelegationRule.DoesNotExist as error:
        raise Http404("This rule has been removed meanwhile.") from error
    except ValidationError as error:
        for field, said in error.message_dict.items():
            what = field if field in form.fields else "rule"
            messages.error(request, f"The rule is not saved. {what.capitalize()}: {' '.join(said)}")
    else:
        messages.success(request, f"The rule for {rule.path} is saved.")
    return _back_to_rules(project.linkname)


def _back_to_rules(linkname: str) -> HttpResponse:
    response = redirect("project-settings", linkname)
    response.headers["Location"] += "#rules"
    return response


def _show(
    request: HttpRequest, project: Project, form: SettingsForm, status: int = 200
) -> HttpResponse:
    context = {
        "project": project,
        "kind": "settings",
        "is_maintainer": True,
        "form": form,
        "rules": project.delegation_rules.select_related("user"),
        "delegates": find_delegates(project),
        "tags": list(Tag.objects.filter(show_column=True)),
    }
    return render(request, "patchtrack/project_settings.html", context, status=status)
