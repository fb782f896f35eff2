"""Fifty deliveries by the MTA's pipe at once: none is refused and none is lost."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from ingest.dump import dump_state
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

AT_ONCE = Path(__file__).with_name("at_once.py")
SERIES = 5
PATCHES = 4


def make_series(name):
    """Ten mails: answers to a patch and its cover, answers to these, then patches and cover."""
    cover, sender = f"{name}-0@example.org", f"{name} <{name}@example.org>"
    mails = [
        make_mail(
            subject=f"[PATCH {number}/{PATCHES}] {name}: step {number}",
            sender=sender,
            message_id=f"{name}-{number}@example.org",
            in_reply_to=cover if number else "",
            date=DATE + timedelta(seconds=number),
            diff=make_diff(f"{name}.c") if number else "",
        )
        for number in range(PATCHES + 1)
    ]
    for place in (0, 1):
        patch = f"{name}-{place}@example.org"
        answer = f"answer.{patch}"
        mails.append(make_answer(answer, to=patch))
        mails.append(make_answer(f"thanks.{patch}", to=answer))
    mails.append(make_answer(f"late.{name}@example.org", to=f"{name}-2@example.org"))
    return mails[::-1]


def make_answer(message_id, *, to):
    return make_mail(
        subject="Re: it",
        sender="Bo <bo@example.org>",
        message_id=message_id,
        in_reply_to=to,
        body="Acked-by: Bo <bo@example.org>\n",
    )


def test_fifty_processes_deliver_fifty_mails(child_environment, tmp_path):
    # Neighbours are mails of one series.
    mails = [mail for number in range(SERIES) for mail in make_series(f"series{number}")]
    project = ProjectFactory()
    files = [tmp_path / str(number) for number in range(len(mails))]
    for file, mail in zip(files, mails, strict=True):
        file.write_bytes(mail)
    command = [sys.executable, AT_ONCE, project.linkname, *files]
    assert subprocess.check_output(command, env=child_environment) == b"{0: 50}\n"

    serial = ProjectFactory()
    for mail in mails:
        deliver(serial, mail)
    assert list(dump_state(project)) == list(dump_state(serial))
