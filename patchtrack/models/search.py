"""What the search over all mail is asked of: an index of words beside the messages, and a list
of the messages that are not in it yet.

Where the words themselves are depends on the database. Django knows neither place: PostgreSQL
has them in a column, SQLite in a table of FTS5 (which every SQLite of Python's has).
"""

from django.db import models

from patchtrack.models.mail import Message


class Unsearched(models.Model):
    """A message that is new, or reads differently now, and is to be put into the index.

    Its row is written in the transaction that writes the message, so that none is forgotten,
    and it is deleted in the one that writes the index.
    """

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="+")


class SearchText(models.Model):
    """A message that can be found by its words; `date` is the message's."""

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="+")
    date = models.DateTimeField()


_POSTGRESQL = (
    "ALTER TABLE patchtrack_searchtext ADD COLUMN words tsvector",
    # What is written waits in a list, which each search has to go through: a short one.
    """
    CREATE INDEX patchtrack_searchtext_words ON patchtrack_searchtext USING gin (words)
      WITH (gin_pending_list_limit = 256)
    """,
)
# Our words are ready to be looked up: for this tokenizer, a word is what stands between blanks.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE patchtrack_searchwords USING fts5 (
      subject, author, address, paths, body, marks, tokenize = "ascii tokenchars '='"
    )
    """,
    """
    CREATE TRIGGER patchtrack_searchtext_gone AFTER DELETE ON patchtrack_searchtext
    BEGIN DELETE FROM patchtrack_searchwords WHERE rowid = old.message_id; END
    """,
)
# What makes the index where there is an empty table of SearchText, by database.
INDEX = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}
