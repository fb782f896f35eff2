"""`manage.py quarantine`: mails that are kept but became no message."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ingest.again import read_again
from ingest.management.arguments import MailCommand, find_project
from patchtrack.models import Mail, Outcome
from patchtrack.services.mail_health import find_waiting


class Command(MailCommand):
    help = "List, show or try again the mails that were kept but could not be understood or routed."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|retry")
        verbs.add_parser("list", help="one line for each: id, arrival, outcome, size, reason")
        show = verbs.add_parser("show", help="print a raw mail")
        show.add_argument("id", type=int)
        retry = verbs.add_parser("retry", help="read mails again, all or those with the ids")
        retry.add_argument("ids", type=int, nargs="*", metavar="id")
        retry.add_argument("--project", metavar="LINKNAME", help="where they belong")
        for verb in ("list", "retry"):
            self.add_json(verbs.choices[verb])

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        mails = find_waiting().order_by("id").defer("raw")
        for mail in mails.iterator():
            arrived = f"{mail.received_at:%Y-%m-%d %H:%M:%S}"
            reason = " ".join(mail.detail.split())
            self.stdout.write(f"{mail.id}\t{arrived}\t{mail.outcome}\t{mail.size}\t{reason}")
        self.print_summary({"mails": mails.count()}, options["json"])

    def _show(self, options: dict[str, Any]) -> None:
        mail = Mail.objects.filter(id=options["id"]).first()
        if mail is None:
            raise CommandError(f"there is no mail {options['id']}")
        sys.stdout.buffer.write(mail.read_raw())
        sys.stdout.buffer.flush()

    def _retry(self, options: dict[str, Any]) -> None:
        forced = find_project(options["project"]) if options["project"] else None
        ids = list(find_waiting().order_by("id").values_list("id", flat=True))
        if unknown := set(options["ids"]).difference(ids):
            names = ", ".join(map(str, sorted(unknown)))
            raise CommandError(f"not in quarantine: {names}; `quarantine list` shows what is")
        counts = dict.fromkeys((outcome.value for outcome in Outcome), 0)
        for mail_id in options["ids"] or ids:
            counts[read_again(Mail.objects.get(id=mail_id), forced)] += 1
        self.print_summary(counts, options["json"])
