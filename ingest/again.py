"""Reads a kept mail that became no message again, as if it had just come."""

from ingest.incoming import Delivery
from ingest.numbering import number_stored
from ingest.receive import receive
from patchtrack.models import Mail, Outcome, Project
from patchtrack.services.mail_health import WAITING


def read_again(mail: Mail, forced: Project | None) -> Outcome:
    """Read a mail into the `forced` project, or the one it was routed to; else its headers say
    where it belongs. What has become of it. Raises TryAgain when nothing has changed."""
    project = forced or mail.project
    delivery = Delivery(raw=mail.read_raw(), received_at=mail.received_at, recipient=mail.recipient)
    receipt = receive([delivery], [project] if project else None)[0]
    number_stored()
    waiting = Mail.objects.filter(id=mail.id, outcome__in=WAITING)
    if receipt.outcome in WAITING:
        # The reason may be another one by now, and that is the one to look into.
        waiting.update(outcome=receipt.outcome, detail=receipt.recorded[0].detail)
    else:
        # It had come to its project by another way: nothing is left to do for this row.
        waiting.update(outcome=Outcome.DUPLICATE)
    return receipt.outcome
