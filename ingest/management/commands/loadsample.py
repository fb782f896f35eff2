"""Fills the database with a small project, to look at and to try things on."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

import patchtrack
from ingest.incoming import Delivery
from ingest.indexing import index_batch
from ingest.numbering import number_stored
from ingest.receive import receive
from patchtrack.models import Project

SAMPLE = Path(patchtrack.__file__).parent / "sample"
TEAPOT = {
    "name": "Teapot",
    "list_id": "teapot.lists.example.org",
    "list_email": "teapot@lists.example.org",
}


class Command(BaseCommand):
    help = (
        "Makes the project `teapot` and receives its mails, which were written for this purpose. "
        "Once more changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is any project"
        )

    def handle(self, *, if_empty: bool, **_: Any) -> None:
        if if_empty and Project.objects.exists():
            return
        project, _is_new = Project.objects.get_or_create(linkname="teapot", defaults=TEAPOT)
        now = datetime.now(UTC)
        mails = [path.read_bytes() for path in sorted(SAMPLE.glob("*.eml"))]
        receive([Delivery(raw=raw, received_at=now) for raw in mails], projects=[project])
        number_stored(all_of_it=True)
        index_batch()
        self.stdout.write(f"The sample project {project.name} holds {len(mails)} mails.")
