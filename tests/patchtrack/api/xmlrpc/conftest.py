"""What the tests of XML-RPC share: it is enabled, and somebody calls."""

import pytest

from tests.patchtrack.api.xmlrpc.calling import Caller, basic


@pytest.fixture(autouse=True)
def enabled(settings):
    settings.PATCHTRACK_XMLRPC = True


@pytest.fixture
def ask(client, db) -> Caller:
    """Somebody who has not logged in."""
    return Caller(client)


@pytest.fixture
def greta(client, maintainer) -> Caller:
    """The maintainer, by name and password."""
    maintainer.set_password("long and secret")
    maintainer.save()
    return Caller(client, basic("maintainer", "long and secret"))
