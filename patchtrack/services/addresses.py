"""The addresses of users: each belongs to one user at most, who reads its mail."""

import logging
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.encoding import punycode

from patchtrack.models import Confirmation, OptOut, Person, Project
from patchtrack.services.accounts import NameTaken
from patchtrack.services.confirmations import DeadLink, add_confirmation, take_confirmation
from patchtrack.services.letters import NotSent, send_letter
from patchtrack.services.transactions import in_transaction

logger = logging.getLogger(__name__)

Purpose = Confirmation.Purpose
_LONGEST = 254  # RFC 5321, section 4.5.3.1.3, less its two brackets


class AddressTaken(Exception):
    """The address belongs to another user."""


class PrimaryAddress(Exception):
    """The address is the one that the user's mail goes to."""


def parse_address(text: str) -> str:
    """An address as we keep it: lower case, the domain in ASCII (RFC 3490).

    Quoted local parts may hold anything, and are nobody's. Raises ValidationError.
    """
    local, _, domain = text.strip().rpartition("@")
    try:
        address = f"{local}@{punycode(domain)}".lower()
    except UnicodeError:
        address = ""
    if not address.isascii() or '"' in address or len(address) > _LONGEST:
        address = ""
    validate_email(address)
    return address


def is_of_a_list(address: str) -> bool:
    """Whether mail to an address goes to a project or its list, where everybody reads it; what
    stands behind a plus sign (RFC 5233) makes no difference.

    A project's link name counts in front of this site's own host: elsewhere it may well be the
    name of somebody.
    """
    whole, _, domain = address.rpartition("@")
    local = whole.partition("+")[0]
    spellings = {address, f"{local}@{domain}"}
    if not spellings.isdisjoint(settings.PATCHTRACK_RECIPIENTS):
        return True
    reached = reduce(or_, (Q(list_email__iexact=spelling) for spelling in spellings))
    if domain == urlsplit(settings.PATCHTRACK_SITE_URL).hostname:
        reached |= Q(linkname__iexact=local)
    return Project.objects.filter(reached).exists()


def find_users(address: str) -> QuerySet:
    """The users who have an address, be it confirmed or only their primary one."""
    ours = Q(email__iexact=address) | Q(people__address=address)
    return get_user_model().objects.filter(ours).distinct()


def ask_to_register(address: str, site: str) -> None:
    """Mail a link by which who reads the address's mail can make an account.

    If it belongs to a user, the mail says so instead: who asks cannot tell. Raises NotSent.
    """
    user = find_users(address).first()
    if user:
        send_letter("taken", address, {"site": site, "owner": user})
        return
    _send_link("register", address, site, add_confirmation(Purpose.REGISTER, address))


@in_transaction
def register(key: str, user: AbstractBaseUser) -> None:
    """Save a new user, who has a name and a password, under the address that a link confirms.

    There is no account before, and so nothing that a stranger could have prepared. Raises
    DeadLink, AddressTaken and NameTaken.
    """
    person = _lock_person(take_confirmation(key, Purpose.REGISTER).address)
    if find_users(person.address).exists():
        raise AddressTaken
    user.email = person.address
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise NameTaken from error
    _link(person, user)


def ask_to_link(user: AbstractBaseUser, address: str, site: str) -> None:
    """Mail a link by which an address becomes a user's; as for `ask_to_register`."""
    owner = find_users(address).exclude(pk=user.pk).first()
    if owner:
        send_letter("taken", address, {"site": site, "owner": owner})
        return
    key = add_confirmation(Purpose.ADDRESS, address, user)
    _send_link("link", address, site, key, owner=user)


@in_transaction
def link_address(key: str, user: AbstractBaseUser) -> None:
    """Make the address that a link confirms the user's, who asked for it.

    Raises DeadLink, also for another user's link, and AddressTaken.
    """
    confirmation = take_confirmation(key, Purpose.ADDRESS)
    if confirmation.user != user:
        raise DeadLink
    person = _lock_person(confirmation.address)
    if find_users(person.address).exclude(pk=user.pk).exists():
        raise AddressTaken
    _link(person, user)
    if not user.email:
        user.email = person.address
        user.save(update_fields=["email"])


def find_addresses(user: AbstractBaseUser) -> list[Person]:
    """The addresses that a user has confirmed."""
    return list(user.people.order_by("address"))


@in_transaction
def remove_address(user: AbstractBaseUser, row: int) -> Person:
    """Mail from this address is no longer the user's.

    Raises Person.DoesNotExist for one that is not the user's, and PrimaryAddress.
    """
    person = user.people.select_for_update().get(pk=row)
    if person.address == user.email.lower():
        raise PrimaryAddress
    _link(person, None)
    return person


def change_primary(user: AbstractBaseUser, row: int, site: str) -> Person:
    """Have the user's mail sent to another confirmed address, and tell the one before.

    Raises Person.DoesNotExist for an address that is not the user's.
    """
    with transaction.atomic():
        person = user.people.select_for_update().get(pk=row)
        before, user.email = user.email, person.address
        user.save(update_fields=["email"])
    if before and before != person.address:
        _tell(before, {"site": site, "owner": user})
    return person


def _tell(before: str, context: dict[str, Any]) -> None:
    try:
        send_letter("primary", before, context)
    except NotSent:
        # The change is made, and its maker need not mind.
        logger.exception("a user's former address could not be told of the new one")


def ask_to_opt_out(address: str, site: str) -> None:
    """Mail a link by which no mail is sent to an address any more.

    A user's profile says that better, so the mail says so. Raises NotSent.
    """
    user = find_users(address).first()
    if user:
        send_letter("profile", address, {"site": site, "owner": user})
        return
    _send_link("opt-out", address, site, add_confirmation(Purpose.OPT_OUT, address))


def ask_to_opt_in(address: str, site: str) -> None:
    """Mail a link by which an address gets mail again. Raises NotSent."""
    key = add_confirmation(Purpose.OPT_IN, address)
    _send_link("opt-in", address, site, key, opted_out_too=True)


@in_transaction
def opt_out(key: str) -> None:
    """Send no more mail to the address that a link confirms. Raises DeadLink."""
    OptOut.objects.get_or_create(address=take_confirmation(key, Purpose.OPT_OUT).address)


@in_transaction
def opt_in(key: str) -> None:
    """Send mail again to the address that a link confirms. Raises DeadLink."""
    OptOut.objects.filter(address=take_confirmation(key, Purpose.OPT_IN).address).delete()


def _send_link(
    letter: str, address: str, site: str, key: str, *, opted_out_too: bool = False, **more: Any
) -> None:
    context = {"site": site, "key": key, **more}
    send_letter(letter, address, context, opted_out_too=opted_out_too)


def _lock_person(address: str) -> Person:
    """The person of an address, whose row keeps it from going to two users at the same time."""
    person, _ = Person.objects.get_or_create(address=address)
    return Person.objects.select_for_update().get(pk=person.pk)


def _link(person: Person, user: AbstractBaseUser | None) -> None:
    person.user = user
    person.save(update_fields=["user"])
