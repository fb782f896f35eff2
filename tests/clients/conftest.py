"""A site that real clients talk to: by HTTP, each with its own configuration.

The clients' main functions are called in this process, which spares the start of one each time.
The site and what is on it are made once for all tests here: each test says what it changes.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from patchtrack.models import Bundle, Check, Comment, Patch, Series, State
from patchtrack.services.accounts import add_token
from tests.factories import ProjectFactory, UserFactory, deliver, make_mail
from tests.patchtrack.git import Repository

PASSWORD = "long and secret"
# The user of all clients, who maintains the project.
USERNAME = "greta"
_GIT = f"[user]\n\tname = {USERNAME}\n\temail = {USERNAME}@example.org\n"


@dataclass(frozen=True)
class Site:
    """Where the project `teapot` is, whose one series has a cover and two patches."""

    url: str
    token: str

    @property
    def patches(self) -> list[Patch]:
        """In their order."""
        return list(Patch.objects.order_by("number"))

    @property
    def series(self) -> Series:
        return Series.objects.get()


@pytest.fixture(scope="package")
def repository(tmp_path_factory) -> Repository:
    """At its base; "done" is where the two patches of the site lead."""
    made = Repository(tmp_path_factory.mktemp("git") / "repository")
    made.write("cup.c", b"empty\n")
    made.commit("cup: Put a cup below the spout")
    made.write("kettle.c", b"hot\f\n")
    made.commit("kettle: Heat the water\n\nCold water makes no tea.")
    made.run("tag", "done")
    return made


@pytest.fixture(scope="package")
def home(tmp_path_factory) -> Iterator[Path]:
    """The home of who runs the clients, whose own configuration is out of sight."""
    path = tmp_path_factory.mktemp("home")
    (path / ".gitconfig").write_text(_GIT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(path))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_PAGER", "cat")
        for name in ("GIT_CONFIG_GLOBAL", "PAGER", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
                     "XDG_DATA_HOME", "http_proxy", "PWCLIENTRC"):  # fmt: skip
            patch.delenv(name, raising=False)
        yield path


@pytest.fixture(scope="package")
def site(django_db_setup, django_db_blocker, repository, home) -> Iterator[Site]:
    """What tests leave behind here, the next ones see, unless `db` takes it away."""
    server = LiveServer("localhost")
    settings = override_settings(PATCHTRACK_XMLRPC=True, ALLOWED_HOSTS=["localhost", "testserver"])
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(settings)
        stack.callback(call_command, "flush", verbosity=0, interactive=False)
        stack.callback(server.stop)
        yield Site(url=server.url, token=fill_site(repository))


def fill_site(repository: Repository) -> str:
    """The token of the project's maintainer."""
    user = UserFactory(username=USERNAME)
    user.set_password(PASSWORD)
    user.save()
    project = ProjectFactory(linkname="teapot", name="The teapot", maintainers=[user])
    # One after the other, so that their ids are in their order.
    for mail in repository.format_patches("--cover-letter"):
        deliver(project, mail)
    repository.reset()
    first = Patch.objects.get(number=1).message.message_id
    deliver(project, make_mail(subject="Re: cup", in_reply_to=first, body="Nice.\n"))
    return add_token(user)


@pytest.fixture(autouse=True)
def db(site) -> None:
    """The database of the site, as if nobody had decided anything yet.

    It takes the place of the fixture by which other tests roll back what they do: the server
    sees committed rows only.
    """
    Bundle.objects.all().delete()
    Check.objects.all().delete()
    new = State.objects.get(slug="new")
    Patch.objects.update(state=new, archived=False, delegate=None, commit_ref="", check_state=None)
    Comment.objects.update(addressed=None)


@pytest.fixture
def work_tree(repository, monkeypatch) -> Repository:
    """The repository, in which the client is called."""
    repository.reset()
    monkeypatch.chdir(repository.path)
    return repository


@pytest.fixture
def run(capfd, monkeypatch) -> Iterator[Callable[..., str]]:
    """Calls a client's main function with arguments, and returns what it has printed, also the
    programs that it started; run(main, "list", status=1) if it is to fail."""
    handlers = list(logging.root.handlers)

    def run(main: Callable[[], None], *arguments: object, status: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["client", *map(str, arguments)])
        capfd.readouterr()
        ended = 0
        try:
            main()
        except SystemExit as end:
            ended = end.code or 0
        out, error = capfd.readouterr()
        assert ended == status, error
        return out + error

    yield run
    logging.root.handlers[:] = handlers
