"""What is committed after a list was made is newer than the list, whenever it was begun."""

import threading

import pytest
from django.db import connections, transaction

from patchtrack.models import Event, Patch
from patchtrack.services.changes import change_patches
from patchtrack.services.cursors import record_all_cursors
from patchtrack.services.following import find_newest_cursor
from patchtrack.services.overtaking import find_overtaken
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.waiting import SECONDS


class Decider(threading.Thread):
    """Somebody who decides about all patches, in a transaction that takes as long as we want."""

    def __init__(self, project, **wanted) -> None:
        super().__init__(daemon=True)
        self.user, self.project, self.wanted = UserFactory(is_superuser=True), project, wanted
        self.has_decided, self.may_end = threading.Event(), threading.Event()

    def run(self) -> None:
        ids = list(Patch.objects.values_list("pk", flat=True))
        with transaction.atomic():
            change_patches(self.user, self.project, ids, self.wanted)
            self.has_decided.set()
            self.may_end.wait(SECONDS)
        connections.close_all()

    def end(self) -> None:
        self.may_end.set()
        self.join(SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_list_does_not_show_what_is_committed_after_it():
    project = ProjectFactory()
    deliver(project, make_mail(subject="[PATCH] tea", diff=make_diff()))
    record_all_cursors()
    patch = Patch.objects.get()
    decider = Decider(project, state_id=4, archived=True)
    decider.start()
    assert decider.has_decided.wait(SECONDS)
    cursor = find_newest_cursor()
    decider.end()
    shown = {patch.pk: {"state_id": patch.state_id, "archived": False}}
    assert find_overtaken(UserFactory(), project, cursor) == shown
    assert not Event.objects.filter(cursor=None).exists()
