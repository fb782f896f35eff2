"""For maintainers: to which addresses the events of their project are sent, and what came of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from patchtrack.models import Project, Webhook, WebhookDelivery
from patchtrack.services.webhooks import (
    Wish,
    add_test,
    add_webhook,
    change_webhook,
    find_failed,
    pass_over,
    redeliver,
    remove_webhook,
    resume_webhook,
    stop_webhook,
)
from patchtrack.web.views.project_settings import find_own_project
from patchtrack.web.webhook_forms import WebhookForm

_SHOWN = 50
_DELETED = "This webhook has been deleted meanwhile."

Act = Callable[[AbstractBaseUser, Project, int], object]


def _skip(user: AbstractBaseUser, project: Project, row: int) -> None:
    resume_webhook(user, project, row, from_now_on=True)


# What can be asked for by a button, and what is said then.
_ACTS: Mapping[str, tuple[Act, str]] = {
    "test": (add_test, "A test is to be sent. Look again in a moment."),
    "stop": (stop_webhook, "Nothing is sent to this address any more."),
    "resume": (resume_webhook, "All that has happened since is sent now."),
    "skip": (_skip, "What happens from now on is sent."),
    "remove": (remove_webhook, "The webhook is deleted."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("secret")
@never_cache
def webhooks(request: HttpRequest, linkname: str) -> HttpResponse:
    """The webhooks of a project; a new one's secret is shown in the answer, and never again."""
    project = find_own_project(request, linkname)
    form = WebhookForm(request.POST or None)
    hook = None
    if request.method == "POST":
        hook = _write(form, lambda wish: add_webhook(request.user, project, wish))
    context = {
        "form": WebhookForm() if hook else form,
        "fresh": hook,
        "hooks": project.webhooks.order_by("pk"),
    }
    status = 422 if form.errors else 200
    return _show(request, project, "patchtrack/webhooks.html", context, status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("secret")
def webhook(request: HttpRequest, linkname: str, row: int) -> HttpResponse:
    """A webhook with its log."""
    project = find_own_project(request, linkname)
    hook = get_object_or_404(project.webhooks, pk=row)
    form = WebhookForm(request.POST or None, hook=hook)
    if request.method == "POST" and _write(
        form, lambda wish: change_webhook(request.user, project, row, wish)
    ):
        messages.success(request, "The webhook is saved.")
        return redirect("webhook", linkname, row)
    log = hook.deliveries.order_by("-pk").defer("body")
    context = {
        "hook": hook,
        "failed": find_failed(hook),
        "form": form,
        "deliveries": log[:_SHOWN],
        "shown": _SHOWN,
    }
    status = 422 if form.errors else 200
    return _show(request, project, "patchtrack/webhook.html", context, status)


@login_required
@require_POST
def act_on_webhook(request: HttpRequest, linkname: str, row: int) -> HttpResponse:
    project = find_own_project(request, linkname)
    action = request.POST.get("action", "")
    if action not in _ACTS:
        raise BadRequest("There is no such action.")
    act, said = _ACTS[action]
    with _found(_DELETED):
        act(request.user, project, row)
    messages.success(request, said)
    return redirect("webhooks", linkname) if action == "remove" else _back(linkname, row)


@login_required
@require_POST
def redeliver_webhook(request: HttpRequest, linkname: str, row: int, delivery: int) -> HttpResponse:
    with _found("This is not in the log any more."):
        redeliver(request.user, find_own_project(request, linkname), row, delivery)
    messages.success(request, "It is to be sent once more. Look again in a moment.")
    return _back(linkname, row)


@login_required
@require_POST
def pass_over_delivery(
    request: HttpRequest, linkname: str, row: int, delivery: int
) -> HttpResponse:
    with _found("This is not what keeps the webhook from going on any more."):
        pass_over(request.user, find_own_project(request, linkname), row, delivery)
    messages.success(request, "All that has happened since is sent now, without that event.")
    return _back(linkname, row)


@contextmanager
def _found(otherwise: str) -> Iterator[None]:
    """Answers 404, with these words, if the webhook or the delivery is not there."""
    try:
        yield
    except (Webhook.DoesNotExist, WebhookDelivery.DoesNotExist) as error:
        raise Http404(otherwise) from error


def _back(linkname: str, row: int) -> HttpResponse:
    response = redirect("webhook", linkname, row)
    response.headers["Location"] += "#log"
    return response


def _write(form: WebhookForm, write: Callable[[Wish], Webhook]) -> Webhook | None:
    """The webhook as the form says; None if it cannot be so, and the form says why."""
    if not form.is_valid():
        return None
    try:
        with _found(_DELETED):
            return write(form.as_wish())
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _show(
    request: HttpRequest,
    project: Project,
    template: str,
    context: Mapping[str, object],
    status: int,
) -> HttpResponse:
    shared = {"project": project, "kind": "settings", "is_maintainer": True}
    return render(request, template, {**shared, **context}, status=status)
