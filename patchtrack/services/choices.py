"""What people may choose from in a project's forms."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef

from patchtrack.models import Project, State


def find_states(project: Project) -> list[State]:
    """All states in their order, each with `is_hidden`: whether the project does not offer it.
    One query."""
    hidden = project.hidden_states.filter(pk=OuterRef("pk"))
    return list(State.objects.annotate(is_hidden=Exists(hidden)))


def find_delegates(project: Project) -> list[AbstractBaseUser]:
    """Who patches of the project can be delegated to: its maintainers, by name; one query."""
    users = get_user_model().objects.filter(maintained_projects=project, is_active=True)
    return list(users.order_by("username"))
