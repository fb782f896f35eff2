"""Writing a plan: of the stored state of some threads, only what differs from it is changed."""

from collections.abc import Sequence

from ingest.incoming import Incoming
from ingest.people import change_names, get_or_create_people
from ingest.policy import Policy
from ingest.writing.changes import Reading, ThreadChange, Writing
from ingest.writing.comments import write_comments
from ingest.writing.dependencies import write_dependencies
from ingest.writing.messages import write_messages
from ingest.writing.series import make_series, match_all_series, settle_series
from ingest.writing.submissions import remove_submissions, write_submissions

__all__ = ["Reading", "ThreadChange", "write_plans"]


def write_plans(
    policy: Policy, changes: Sequence[ThreadChange], seen: Sequence[Incoming]
) -> dict[str, int]:
    """Bring some locked threads up to their plans, all but the mails themselves.

    `seen` are all copies that the batch brings, shown or not: each may name its author.
    The database ids of the threads' messages, by message-id.
    """
    submitters = [series.submitter for change in changes for series in change.plan.series.values()]
    people = get_or_create_people(seen, submitters)
    writing = Writing(policy=policy, changes=changes, people=people)
    write_messages(writing)
    write_dependencies(writing)
    matches = match_all_series(writing)
    make_series(writing, matches)
    write_submissions(writing)
    write_comments(writing)
    remove_submissions(writing)
    settle_series(writing, matches)
    writing.events.write()
    change_names(seen, people)
    return writing.ids
