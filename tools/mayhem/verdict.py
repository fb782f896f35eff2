"""Whether everything that was accepted is there, once, and is what a quiet run would have made."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from tools.parallel_parse import SHOWN_DIFFERENCES, find_differences
from tools.racing import Run, Spool, run_parsers

ROOT = Path(__file__).resolve().parent.parent.parent
# Serial and in order; many mails in a transaction, since it says nothing new and takes longer
# with one.
SERIAL_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that must not be: what kind of thing, in one word, and what exactly."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def write_mails(path: Path, mails: Sequence[bytes]) -> Spool:
    path.write_bytes(b"".join(mails))
    ends, end = [], 0
    for mail in mails:
        end += len(mail)
        ends.append(end)
    return Spool(path=path, ends=tuple(ends))


def store_in_order(url: str, spool: Spool) -> dict[str, str]:
    """The facts after the mails were stored one after the other by one parser."""
    deliveries = tuple(range(len(spool.ends)))
    run = Run(name="serial", order="in order", workers=1, deliveries=deliveries, batch=SERIAL_BATCH)
    return normalize(run_parsers(url, spool, run).facts)


def find_facts_at(url: str, spool: Spool) -> dict[str, str]:
    """The facts that a database holds now."""
    run = Run(name="facts", order="none", workers=1, deliveries=())
    return normalize(run_parsers(url, spool, run).facts)


def normalize(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts without the order of JSON's keys, in which databases differ."""
    return {
        subject: json.dumps(json.loads(fact), ensure_ascii=False, sort_keys=True)
        for subject, fact in facts.items()
    }


def judge_facts(
    mails: Sequence[bytes],
    expected: Mapping[str, str],
    found: Mapping[str, str],
    *,
    made_over: int = 0,
) -> list[Fault]:
    """What is lost, twice or different. A message-id is in the table of messages once or not
    at all, so twice is a mail that is kept twice. If an MTA has `made_over` so many mails, it has
    added to each, and those that are kept are only counted."""
    ids = dict.fromkeys(message_from_bytes(mail)["Message-ID"].strip("<>") for mail in mails)
    lost = [id_ for id_ in ids if f"message {id_}" not in found]
    faults = [Fault(kind="lost", text=f"{len(lost)} of {len(ids)}: {lost[:9]}")] if lost else []
    kept, wanted = (sum(key.startswith("mail ") for key in facts) for facts in (found, expected))
    wanted = made_over or wanted
    if kept > wanted:
        faults.append(Fault(kind="twice", text=f"{kept} mails are kept, but {wanted} were sent"))
    differences = [
        difference
        for difference in find_differences(expected, found)
        if not (made_over and difference.subject.startswith("mail "))
    ]
    if differences:
        faults.append(Fault(kind="different", text=f"{len(differences)} facts, the first:"))
    for difference in differences[:SHOWN_DIFFERENCES]:
        text = (
            f"{difference.subject}\n  serial: {difference.expected or 'missing'}\n"
            f"  chaos:  {difference.found or 'missing'}"
        )
        faults.append(Fault(kind="different", text=text))
    return faults


def audit(url: str) -> list[Fault]:
    """What `manage.py audit` finds."""
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "audit"],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    return [Fault(kind="audit", text=(done.stdout + done.stderr)[-2000:])]
