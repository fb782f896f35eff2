"""An envelope's recipient stands for a project, a list, or nobody."""

import pytest

from ingest.daemon.recipients import ANYWHERE, Directory, Mailbox, choose_target
from ingest.daemon.values import Target


def box(number: int, linkname: str, list_email: str = "", list_id: str = "") -> Mailbox:
    return Mailbox(id=number, linkname=linkname, list_email=list_email, list_id=list_id)


LISTS = Directory(
    mailboxes=(
        box(1, "kettle", "kettle-devel@x.org", "kettle-devel.x.org"),
        box(2, "Spout", "kettle-devel@x.org", "kettle-devel.x.org"),
        box(3, "lid", "pots@x.org", "lid.x.org"),
        box(4, "handle", "pots@x.org", "handle.x.org"),
        box(5, "cup", "saucer@x.org", "saucer.x.org"),
        box(6, "saucer", "saucer-list@x.org", "saucer-list.x.org"),
        box(7, "water"),
    )
)


def choose(address: str, **configured: str) -> Target | None:
    return choose_target(address, LISTS, {"cups@x.org": "cup"} | configured)


@pytest.mark.parametrize("address", ["kettle@x.org", "kettle+1@y.org", "KETTLE", "kettle"])
def test_a_link_name(address):
    assert choose(address) == Target(project=1)


def test_a_link_name_with_capitals():
    assert choose("spout@x.org") == Target(project=2)


def test_an_address_of_a_list_with_several_projects_is_the_lists():
    assert choose("Kettle-Devel@X.org") == Target(list_id="kettle-devel.x.org")


def test_an_address_of_several_lists_is_nobodys():
    assert choose("pots@x.org") is None


def test_a_lists_whole_address_says_more_than_a_link_name_that_looks_like_it():
    assert choose("saucer@x.org") == Target(project=5)
    assert choose("saucer@y.org") == Target(project=6)


def test_a_configured_address_says_more_than_any_other():
    configured = {"saucer@x.org": "water"}
    assert choose_target("saucer@x.org", LISTS, configured) == Target(project=7)


def test_mail_to_a_configured_address_is_kept_though_its_project_is_not_there():
    assert choose_target("a@x.org", LISTS, {"a@x.org": "sugar"}) == ANYWHERE


@pytest.mark.parametrize("address", ["@", "@x.org", "+@x.org", "sugar@x.org", "a@kettle"])
def test_nobodys(address):
    assert choose(address) is None
