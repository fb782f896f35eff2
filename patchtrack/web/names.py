"""How people are called."""

from patchtrack.models import Person


def display_name(person: Person) -> str:
    """A person's name; one who never gave any is known by the address's first half."""
    return person.name or person.address.partition("@")[0]
