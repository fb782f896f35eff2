"""Names for files that are downloaded."""

import re

_NOT_IN_FILENAME = re.compile("[^-_A-Za-z0-9.]+")
# File systems allow 255 bytes, ending included.
_LONGEST_FILENAME = 200


def choose_filename(name: str, row: int) -> str:
    """What a patch, cover or series is called as a file, without an ending: its name with nothing
    in it but what Patchwork's clients expect in one, or its id if nothing is left."""
    return clean_filename(name).strip("-")[:_LONGEST_FILENAME] or str(row)


def clean_filename(name: str) -> str:
    """The name with a dash for each run of other characters."""
    return _NOT_IN_FILENAME.sub("-", name)
