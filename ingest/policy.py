"""What a project's configuration makes of a new patch: its first state and its delegate."""

from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from django.contrib.auth import get_user_model
from django.db.models import Q

from ingest.lookups import KeptListing
from ingest.mail import ParsedMail
from patchtrack.models import DelegationRule, HeaderPolicy, Person, Project, State, Tag

_TAGS = KeptListing(lambda: Tag.objects.values_list("name"))
_STATES = KeptListing(lambda: State.objects.order_by("ordering").values_list("id", "slug", "name"))


@lru_cache(maxsize=1024)
def _rules_of(project: int) -> KeptListing:
    rules = DelegationRule.objects.filter(project=project).order_by("-priority", "path")
    return KeptListing(lambda: rules.values_list("path", "user_id"))


def find_tags() -> frozenset[str]:
    """The keys of the trailers that are counted."""
    return frozenset(name for (name,) in _TAGS.rows())


class Policy:
    """A project's configuration as one transaction sees it; each part is read when first used."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def tags(self) -> frozenset[str]:
        """The keys of the trailers that are counted."""
        return find_tags()

    @cached_property
    def _states(self) -> list[tuple[int, str, str]]:
        return _STATES.rows()

    @cached_property
    def _rules(self) -> list[tuple[str, int]]:
        return _rules_of(self.project.id).rows()

    @cached_property
    def _maintainer_addresses(self) -> frozenset[str]:
        users = self.project.maintainers.all()
        people = Person.objects.filter(user__in=users).values_list("address", flat=True)
        return frozenset(people) | {user.email.lower() for user in users if user.email}

    def _obeys(self, address: str) -> bool:
        if self.project.obey_headers_of == HeaderPolicy.ANYBODY:
            return True
        if self.project.obey_headers_of == HeaderPolicy.NOBODY:
            return False
        return address in self._maintainer_addresses

    def choose_state(self, parsed: ParsedMail) -> int:
        """The state (its id) that an X-Patchwork-State header names, if it is obeyed; else the
        first."""
        wanted = parsed.hints.state
        if wanted and self._obeys(parsed.author.address):
            for state, slug, name in self._states:
                if wanted in (slug, name.lower()):
                    return state
        return self._states[0][0]

    def choose_delegate(self, parsed: ParsedMail) -> int | None:
        """The user (by id) whom a header or the rule of highest priority names for a patch."""
        wanted = parsed.hints.delegate
        if wanted and self._obeys(parsed.author.address):
            named = Q(email__iexact=wanted) | Q(username__iexact=wanted)
            users = get_user_model().objects.filter(named, is_active=True).order_by("id")
            user = users.values_list("id", flat=True).first()
            if user:
                return user
        paths = parsed.facts.paths if parsed.facts else ()
        for pattern, user in self._rules if paths else ():
            if any(fnmatchcase(path, pattern) for path in paths):
                return user
        return None
