"""Users and people, for those who have logged in: their addresses are nobody else's business."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.conditions import if_match
from patchtrack.api.inputs import UserInput
from patchtrack.api.records import Record
from patchtrack.api.views.base import Resource, find_or_404, read_input, tell_each
from patchtrack.models import Person
from patchtrack.services import related
from patchtrack.services.accounts import change_profile, find_profile


class ForUsers(Resource):
    """What only those may see who have logged in."""

    def initial(self, request: Request, *arguments: object, **options: object) -> None:
        super().initial(request, *arguments, **options)
        self.require_login()


class Users(ForUsers):
    """All users."""

    def get(self, request: Request, **_: object) -> Response:
        tell = tell_each(self.records.user)
        return self.answer_list("users", related.users(), related.users(), tell)


class OneUser(ForUsers):
    """A user; one's own settings come with oneself."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        return Response(self._tell(find_or_404(related.users(), "User", pk=row)))

    @if_match(lambda where: get_user_model().objects.filter(pk=where["row"]))
    def patch(self, request: Request, row: int, **_: object) -> Response:
        user = find_or_404(related.users(), "User", pk=row)
        if user != request.user:
            raise PermissionDenied
        wanted = read_input(UserInput, request)
        user.first_name = wanted.get("first_name", user.first_name)
        user.last_name = wanted.get("last_name", user.last_name)
        profile, chosen = find_profile(user), wanted.get("settings", {})
        profile.notifications = chosen.get("send_email", profile.notifications)
        profile.page_size = chosen.get("items_per_page", profile.page_size)
        change_profile(user, profile)
        return Response(self._tell(find_or_404(related.users(), pk=row)))

    put = patch

    def _tell(self, user: AbstractBaseUser) -> Record:
        is_self = user == self.request.user
        return self.records.own_user(user) if is_self else self.records.user(user)


class People(ForUsers):
    """Everybody who has written to a list."""

    def get(self, request: Request, **_: object) -> Response:
        tell = tell_each(self.records.person)
        return self.answer_list("people", Person.objects.all(), related.people(), tell)


class OnePerson(ForUsers):
    """Somebody who has written to a list."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        return Response(self.records.person(find_or_404(related.people(), pk=row)))
