"""Patchwork's patch hash, by which its clients find the patch of a commit or of a file."""

import hashlib
import re

# What is not hashed as it stands: lone headers, and runs of lines that are passed over.
# That every match begins with LF makes the search fast. A possessive repeat of a group would say
# the same, but before 3.11.5 Python takes in what its last, vain try has read (gh-106052).
_SPECIAL = re.compile(
    r"\n(?:((?:@@ -|--- |\+\+\+ )[^\n]*+)"
    r"|(?![-+ ])[^\n]*+(?>(?:\n(?![-+ ]|@@ -)[^\n]*+)*))"
)
_FILE = re.compile(r"(---|\+\+\+) (\S+)")
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_PREFIXES = {"---": "a/", "+++": "b/"}
# Python refuses to read numbers of more than 4,300 digits; no hunk needs twenty.
_LONGEST_COUNT = 20


def hash_diff(diff: str) -> str:
    """Return the SHA-1, in hexadecimal, of what a diff changes, wherever in a file it does so.

    It is Patchwork's hash to the letter: carriage returns are dropped, the first component
    of file names is made `a/` or `b/`, hunk headers keep their counts and lose their
    positions, and only lines that begin with "-", "+", a blank or such a header count.
    """
    lines = _SPECIAL.sub(_normalise, "\n" + diff.replace("\r", "").strip())
    said = lines[1:] + "\n" if lines else ""
    # Lone surrogates are hashed as they would be encoded; no mail makes a hash fail.
    data = said.encode("utf-8", "surrogatepass")
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _normalise(match: re.Match[str]) -> str:
    """Return what is hashed, LF first, in place of a match of _SPECIAL."""
    line: str = match.group(1) or ""
    if file := _FILE.match(line):
        sign, name = file.groups()
        return f"\n{sign} {_PREFIXES[sign]}{name.partition('/')[2]}"
    if hunk := _HUNK.match(line):
        return f"\n@@ -{_count(hunk.group(1))} +{_count(hunk.group(2))} @@"
    return f"\n{line}" if line[:1] in ("-", "+") else ""


def _count(digits: str | None) -> str:
    if not digits:
        return "1"
    return str(int(digits)) if len(digits) <= _LONGEST_COUNT else digits
