"""A user's saved filters: a list of a project under a name."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

from patchtrack.models import Project, SavedFilter

_LONGEST_NAME = 50
_LONGEST_QUERY = 1000


def save_filter(
    user: AbstractBaseUser, project: Project, name: str, page: str, query: str
) -> SavedFilter:
    """Keep a list's address under a name; one of that name is replaced. Raises ValidationError."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > _LONGEST_NAME or not cleaned.isprintable():
        raise ValidationError(f"A filter's name has 1 to {_LONGEST_NAME} characters.")
    if len(query) > _LONGEST_QUERY or page not in SavedFilter.Page.values:
        raise ValidationError("This filter is too long to be saved.")
    saved, _ = SavedFilter.objects.update_or_create(
        user=user, project=project, name=cleaned, defaults={"page": page, "query": query}
    )
    return saved


def find_saved_filters(user: AbstractBaseUser, project: Project) -> list[SavedFilter]:
    """The user's filters in the project, by name; one query."""
    saved = list(SavedFilter.objects.filter(user=user, project=project))
    for one in saved:
        one.project = project
    return saved
