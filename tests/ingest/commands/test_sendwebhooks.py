"""`sendwebhooks` numbers what happened, sends it, and ends when nothing is due."""

import pytest

from ingest.errors import TryAgain
from ingest.management.commands import sendwebhooks
from patchtrack.models import Webhook
from tests.factories import ProjectFactory, deliver, make_mail

from .running import run


@pytest.fixture
def hook(db) -> Webhook:
    project = ProjectFactory()
    hook = Webhook.objects.create(project=project, url="http://[::1]/", secret="x", cursor=0)
    deliver(project, make_mail(subject="[PATCH 0/2] x"))
    return hook


def test_what_happened_is_numbered_and_sent(hook):
    assert run("sendwebhooks", "--json").summary == {"sent": 0, "failed": 1, "stopped": 0}
    assert "not a public address" in hook.deliveries.get().answer


class Ending:
    """The end, which comes after so many looks at it."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def set(self) -> None:
        raise AssertionError("nobody has sent a signal")

    def is_set(self) -> bool:
        return len(self.pauses) >= 3

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)


def test_it_goes_on_until_the_end_whatever_the_database_does(hook, monkeypatch):
    ending, answers = Ending(), [TryAgain("away"), None]

    def send(*_) -> None:
        if error := answers.pop(0):
            raise error

    monkeypatch.setattr(sendwebhooks.threading, "Event", lambda: ending)
    monkeypatch.setattr(sendwebhooks.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sendwebhooks, "_send", send)
    assert run("sendwebhooks", "--forever").status == 0
    assert ending.pauses == [10.0, 1.0, 1.0]
