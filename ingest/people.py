"""One Person for each address, under the name in their newest mail."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ingest import failpoints
from ingest.bulk import change_rows, get_or_create_all
from ingest.incoming import UNDATED, Incoming
from ingest.lookups import Lookup, column_names, make_rows
from patchtrack.models import Person

_COLUMNS = column_names(Person, "id", "address", "name", "named_at")
_BY_ADDRESS = Lookup(
    lambda addresses: Person.objects.filter(address__in=addresses).values_list(*_COLUMNS),
    example="jane@example.org",
)
# The weakest lock that keeps others from naming the same people.
_LOCKED = Lookup(
    lambda ids: (
        Person.objects.select_for_update(no_key=True)
        .filter(id__in=ids)
        .order_by("id")
        .values_list(*_COLUMNS)
    )
)
_NAMING = ("name", "named_at")


def get_or_create_people(incoming: Iterable[Incoming], others: Iterable[str]) -> dict[str, Person]:
    """The people who wrote the mails, and those with the other addresses, by address."""
    wanted = {mail.parsed.author.address for mail in incoming} | set(others)
    known = make_rows(Person, _COLUMNS, _BY_ADDRESS.rows(wanted))
    people = {person.address: person for person in known}
    failpoints.reach("people found")
    missing = {address: Person(address=address) for address in wanted - people.keys()}
    return people | get_or_create_all("address", missing)


def change_names(incoming: Iterable[Incoming], people: Mapping[str, Person]) -> None:
    """Take over the names in these mails that are newer than the ones we know.

    The last step of a transaction: everybody's mail touches the rows of the most active
    people, so their locks are held for as short as can be, and taken in one order.
    """
    newest: dict[int, tuple[datetime, str]] = {}
    for mail in incoming:
        author = mail.parsed.author
        named = (mail.parsed.date or UNDATED, author.name)
        person = people[author.address]
        if author.name and _is_newer(person, named):
            newest[person.id] = max(newest.get(person.id, named), named)
    if not newest:
        return
    locked = make_rows(Person, _COLUMNS, _LOCKED.rows(newest))
    changed = [person for person in locked if _is_newer(person, newest[person.id])]
    for person in changed:
        person.named_at, person.name = newest[person.id]
    change_rows(changed, _NAMING)


def _is_newer(person: Person, named: tuple[datetime, str]) -> bool:
    """Whether a mail of that date and name is newer than the one that named the person."""
    return person.named_at is None or (person.named_at, person.name) < named
