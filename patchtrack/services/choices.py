"""What people may choose from in a project's forms."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from patchtrack.models import Project, State


def find_states(project: Project) -> list[State]:
    """The states that the project offers, in their order; one query."""
    return list(State.objects.exclude(pk__in=project.hidden_states.values("pk")))


def find_delegates(project: Project) -> list[AbstractBaseUser]:
    """Who patches of the project can be delegated to: its maintainers, by name; one query."""
    users = get_user_model().objects.filter(maintained_projects=project, is_active=True)
    return list(users.order_by("username"))
