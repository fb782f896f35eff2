"""What a mail is by itself, before its thread is looked at."""

from ingest.mail.values import ParsedMail
from ingest.threads.values import Nature


def derive_nature(mail: ParsedMail) -> Nature:
    """A patch carries a diff or a pull request, a cover is numbered 0, a letter is neither and
    answers nothing; a reply is none of these."""
    if mail.subject.is_reply:
        return "other"
    if mail.subject.number == 0:
        return "cover"
    if mail.diff or mail.pull_url:
        return "patch"
    return "other" if mail.ancestors or mail.subject.number is not None else "letter"
