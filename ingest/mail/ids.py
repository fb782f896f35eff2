"""Message-ids: who a mail is, and which mails it names (RFC 5322, section 3.6.4)."""

import hashlib
import re

from ingest.mail.header import Header

_ANGLE = re.compile(r"<([^<>]+)>")

MAX_LENGTH = 400
# Long threads name hundreds of mails; both ends of the list say all that matters of it.
_FIRST_REFERENCES = 20
_LAST_REFERENCES = 200
_SHORTEST_WITHOUT_AT = 10
_LONGEST_LIST_ID = 255


def normalise_message_id(text: str) -> str:
    """A message-id without brackets and blanks; one too long to index becomes its hash."""
    message_id = "".join(text.split())
    if len(message_id) > MAX_LENGTH:
        return hashlib.sha256(message_id.encode()).hexdigest() + "@long-message-id.invalid"
    return message_id


def _split_brackets(text: str) -> list[str]:
    """The ids between two brackets: one, or some that were put there with commas."""
    ids = text.split(",") if "," in text else [text]
    return ids if all("@" in one for one in ids) else [text]


def split_message_ids(value: str) -> list[str]:
    """The message-ids in a header value, in order; bare ones count where nothing else stands."""
    found = [one for text in _ANGLE.findall(value) for one in _split_brackets(text)]
    if not found:
        words = value.strip("<>").split()
        found = words if all("@" in word for word in words) else []
    if len(found) > _FIRST_REFERENCES + _LAST_REFERENCES:
        found = found[:_FIRST_REFERENCES] + found[-_LAST_REFERENCES:]
    return [message_id for message_id in map(normalise_message_id, found) if message_id]


def read_message_id(header: Header) -> str:
    """The mail's own message-id, or an empty string."""
    value = header.first("message-id")
    found = _ANGLE.search(value)
    return normalise_message_id(found[1] if found else value.strip("<>"))


def _names_a_mail(message_id: str) -> bool:
    """Without an @ it must be long; `git send-email` often asks for an id and gets a `y`."""
    return "@" in message_id or len(message_id) >= _SHORTEST_WITHOUT_AT


def read_ancestors(header: Header) -> tuple[str, ...]:
    """The mails that this one answers, nearest first, each once.

    In-Reply-To comes first, then References from the last to the first.
    """
    parents = split_message_ids(header.first("in-reply-to"))
    references = split_message_ids(header.first("references"))
    named = filter(_names_a_mail, parents + references[::-1])
    return tuple(dict.fromkeys(named))


def read_list_ids(header: Header) -> tuple[str, ...]:
    """The list ids of RFC 2919, lower-cased, each once; the phrase before `<id>` is dropped."""
    ids = []
    for value in header.all("list-id"):
        found = _ANGLE.findall(value)
        ids.append((found[-1] if found else value).strip().lower()[:_LONGEST_LIST_ID])
    return tuple(dict.fromkeys(filter(None, ids)))
