"""What the user has to do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patchtrack.services.feed_keys import change_feed_key, find_feed_key, remove_feed_key
from patchtrack.services.todo import change_looked_at, find_todo


@require_safe
@login_required
def todo(request: HttpRequest) -> HttpResponse:
    return render(request, "patchtrack/todo.html", {"todo": find_todo(request.user)})


@require_POST
@login_required
def seen(request: HttpRequest) -> HttpResponse:
    change_looked_at(request.user)
    messages.success(request, "From now on, what changes is marked.")
    return redirect("todo")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def feed_key(request: HttpRequest) -> HttpResponse:
    """The address of the user's own feed; a new one is shown in the answer, and never again."""
    address = ""
    if request.method == "POST":
        path = reverse("todo-feed", args=[change_feed_key(request.user)])
        address = request.build_absolute_uri(path)
    context = {"address": address, "row": find_feed_key(request.user)}
    return render(request, "patchtrack/account/feed.html", context)


@require_POST
@login_required
def revoke_feed_key(request: HttpRequest) -> HttpResponse:
    remove_feed_key(request.user)
    messages.success(request, "Your feed's address no longer opens anything.")
    return redirect("feed-key")
