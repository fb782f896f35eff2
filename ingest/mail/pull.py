"""Reads the address from the text that `git request-pull` prints."""

import re

LONGEST_URL = 1000

# git 1.5 wrote "are found", later ones "available", and since 2.0 "Git" with a capital.
_OFFER = re.compile(
    r"\nare\s{1,9}(?:available|found)\s{1,9}in\s{1,9}the\s{1,9}[Gg]it\s{1,9}repository\s{1,9}at:\s*+"
    r"(\S++)([^\n]*+)(?:\n([^\n]*+))?"
)
_URL = re.compile(
    r"(?:git|https?|ssh|git\+ssh|ssh\+git|git\+https?)://[^\s/]\S*|[\w.+-]+@[\w.-]+:\S+",
    re.ASCII | re.IGNORECASE,
)
_REF = re.compile(r"(?!-)[^\s~^:?*\[\\<>\"]{1,250}")


def read_pull_url(message: str) -> str:
    """Return "URL REF", or "URL" where no branch or tag is named, or "" without a pull request.

    Reads the text of `git request-pull`, of any age, also where URL and ref were wrapped on
    lines of their own. URLs are those that `git fetch` takes over a network, also
    `user@host:path`; one of more than LONGEST_URL characters is none. A quoted request
    asks for nothing and is not read.
    """
    # Most mails ask for no pull; this finds out at the speed of memory.
    start = ("\n" + message).find("\nThe following changes since ")
    if start < 0:
        return ""
    for offer in _OFFER.finditer("\n" + message, start):
        url, rest, below = offer.groups()
        if len(url) <= LONGEST_URL and _URL.fullmatch(url):
            return f"{url} {_choose_ref(rest, below or '')}".rstrip()
    return ""


def is_pull_url(text: str) -> bool:
    """Whether a text is "URL REF" or "URL", as read_pull_url returns them."""
    url, _, ref = text.partition(" ")
    is_url = len(url) <= LONGEST_URL and _URL.fullmatch(url) is not None
    return is_url and (not ref or _REF.fullmatch(ref) is not None)


def _choose_ref(rest: str, below: str) -> str:
    """Take the ref from the URL's line, or from the next line if that holds one word only."""
    for line in (rest, below):
        words = line.split()
        if words == ["\\"]:
            continue
        if words:
            return words[0] if len(words) == 1 and _REF.fullmatch(words[0]) else ""
    return ""
