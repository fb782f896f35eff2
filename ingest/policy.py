"""What a project's configuration makes of a new patch: its first state and its delegate."""

from fnmatch import fnmatchcase
from functools import cached_property

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q

from ingest.mail import ParsedMail
from patchtrack.models import DelegationRule, HeaderPolicy, Person, Project, State, Tag


class Policy:
    """A project's configuration as one transaction sees it; each part is read when first used."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def tags(self) -> frozenset[str]:
        """The keys of the trailers that are counted."""
        return frozenset(Tag.objects.values_list("name", flat=True))

    @cached_property
    def _states(self) -> list[State]:
        return list(State.objects.order_by("ordering"))

    @cached_property
    def _rules(self) -> list[DelegationRule]:
        rules = DelegationRule.objects.filter(project=self.project)
        return list(rules.order_by("-priority", "path").select_related("user"))

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

    def choose_state(self, parsed: ParsedMail) -> State:
        """The state that an X-Patchwork-State header names, if it is obeyed; else the first."""
        wanted = parsed.hints.state
        if wanted and self._obeys(parsed.author.address):
            for state in self._states:
                if wanted in (state.slug, state.name.lower()):
                    return state
        return self._states[0]

    def choose_delegate(self, parsed: ParsedMail) -> AbstractBaseUser | None:
        """The user whom a header or the rule of highest priority names for a patch."""
        wanted = parsed.hints.delegate
        if wanted and self._obeys(parsed.author.address):
            named = Q(email__iexact=wanted) | Q(username__iexact=wanted)
            user = get_user_model().objects.filter(named, is_active=True).order_by("id").first()
            if user:
                return user
        paths = parsed.facts.paths if parsed.facts else ()
        for rule in self._rules if paths else ():
            if any(fnmatchcase(path, rule.path) for path in paths):
                return rule.user
        return None
