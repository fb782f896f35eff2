"""Which project an envelope's recipient stands for; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.daemon.values import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A project, as far as its addresses are concerned; `id` is its database id."""

    id: int
    linkname: str
    list_email: str
    list_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All projects that have an address here, by their database ids."""

    mailboxes: tuple[Mailbox, ...] = ()


ANYWHERE = Target()


def choose_target(
    address: str, directory: Directory, configured: Mapping[str, str]
) -> Target | None:
    """The target of an address, or None if it is nobody's; case does not matter.

    `configured` maps further addresses to link names. Where no project has the name, the mail is
    still for us: its own header decides, and it is kept. An address that several projects of one
    list share is the list's: which of them takes a mail, its subject decides. A link name is
    known at any domain, also with a detail behind a plus sign (RFC 5233), unless the whole
    address is somebody's: lists are often named as one of their projects is.
    """
    address = address.lower()
    if address in configured:
        return _find_project(directory, configured[address]) or ANYWHERE
    sharing = [box for box in directory.mailboxes if box.list_email.lower() == address]
    if len(sharing) == 1:
        return Target(project=sharing[0].id)
    list_ids = {box.list_id for box in sharing}
    if len(list_ids) == 1:
        return Target(list_id=list_ids.pop())
    local = address.rpartition("@")[0] or address
    return _find_project(directory, local.partition("+")[0])


def _find_project(directory: Directory, linkname: str) -> Target | None:
    for mailbox in directory.mailboxes:
        if mailbox.linkname.lower() == linkname.lower():
            return Target(project=mailbox.id)
    return None
