"""What the user has to do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

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
