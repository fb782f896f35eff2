"""The one door: every mail, from every source, enters here."""

import logging
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.durations import measured, parse_seconds
from ingest.errors import TryAgain
from ingest.incoming import Delivery, Incoming, read_incoming
from ingest.lookups import Listing, column_names, make_rows
from ingest.mail import NotMail, ParsedMail, parse_mail
from ingest.mail.charset import clean_text
from ingest.policy import find_tags
from ingest.retry import run_queries
from ingest.routing import choose_projects
from ingest.store import Recorded, record, record_aside
from patchtrack.models import Outcome, Project

log = logging.getLogger(__name__)

_PROJECT_COLUMNS = column_names(Project)
_PROJECTS = Listing(lambda: Project.objects.order_by("id").values_list(*_PROJECT_COLUMNS))


@dataclass(slots=True, kw_only=True)
class Receipt:
    """What became of one delivery: one entry for each project that it was routed to (`linknames`
    are those projects'), and one where there is none. `message_id` is empty for what is no mail."""

    message_id: str = ""
    recorded: list[Recorded] = field(default_factory=list)
    linknames: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """The outcome to count: of several the one that says most."""
        order = list(Outcome)
        return min((entry.outcome for entry in self.recorded), key=order.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Configuration:
    projects: list[Project]
    tags: frozenset[str]


def _find_configuration() -> _Configuration:
    return _Configuration(
        projects=make_rows(Project, _PROJECT_COLUMNS, _PROJECTS.rows()), tags=find_tags()
    )


def _describe(error: Exception) -> str:
    return clean_text(f"{type(error).__name__}: {error}"[:2000])


def _log_failure(what: str, mail: str) -> None:
    """Log the error at hand; its text may quote the mail, and holds then what no log can take."""
    log.error("mail %s could not be %s\n%s", mail, what, clean_text(traceback.format_exc()))


class _Sorter:
    """Reads and routes a batch, before and outside of any transaction."""

    def __init__(
        self,
        configuration: _Configuration,
        projects: Sequence[Project] | None,
        list_id: str,
    ) -> None:
        self.configuration = configuration
        self.projects = projects
        self.list_id = list_id
        self.routed: dict[Project, list[tuple[Receipt, Incoming]]] = defaultdict(list)
        self.aside: list[tuple[Receipt, Delivery, Recorded]] = []

    def add(self, delivery: Delivery) -> Receipt:
        receipt = Receipt()
        try:
            with measured(parse_seconds):
                parsed = parse_mail(delivery.raw, self.configuration.tags)
            incoming = read_incoming(delivery, parsed)
        except NotMail as error:
            self._put_aside(receipt, delivery, Outcome.QUARANTINED, f"not a mail: {error}")
            return receipt
        except Exception as error:  # noqa: BLE001  a mail may break anything; it is kept
            _log_failure("read", delivery.sha256)
            self._put_aside(receipt, delivery, Outcome.QUARANTINED, _describe(error))
            return receipt
        receipt.message_id = parsed.message_id
        projects = self._choose_projects(parsed)
        receipt.linknames = [project.linkname for project in projects]
        for project in projects:
            self.routed[project].append((receipt, incoming))
        if not projects:
            ids = ", ".join(parsed.list_ids) or "none"
            self._put_aside(receipt, delivery, Outcome.UNROUTED, f"no project for list id {ids}")
        return receipt

    def _choose_projects(self, parsed: ParsedMail) -> Sequence[Project]:
        if self.projects is not None:
            return self.projects
        return choose_projects(parsed, self.configuration.projects, self.list_id)

    def _put_aside(
        self, receipt: Receipt, delivery: Delivery, outcome: Outcome, reason: str
    ) -> None:
        self.aside.append((receipt, delivery, Recorded(outcome=outcome, detail=reason)))


def receive(
    deliveries: Sequence[Delivery],
    projects: Sequence[Project] | None = None,
    list_id: str = "",
) -> list[Receipt]:
    """Store mails and say what became of each, in their order, after the commit.

    `projects` says where the mails go whatever their headers say; `list_id` says which list
    they came over; without either the List-Id decides, and the subject. Raises TryAgain when
    the mails should be delivered again later; those of the batch that were stored by then will
    be found to be duplicates.
    """
    sorter = _Sorter(run_queries(_find_configuration), projects, list_id)
    receipts = [sorter.add(delivery) for delivery in deliveries]
    if sorter.aside:
        # Who knows where a mail is for, knows it also of one that cannot be read.
        project = projects[0] if projects and len(projects) == 1 else None
        record_aside(project, [(delivery, entry) for _, delivery, entry in sorter.aside])
        for receipt, _, entry in sorter.aside:
            receipt.recorded.append(entry)
    for project, routed in sorter.routed.items():
        batch = [incoming for _, incoming in routed]
        for (receipt, _), entry in zip(routed, _record_split(project, batch), strict=True):
            receipt.recorded.append(entry)
    return receipts


def _record_split(project: Project, batch: Sequence[Incoming]) -> Iterator[Recorded]:
    """Record a batch; if one of its mails is poisonous, halve it until that one stands alone
    and is quarantined, and the others are stored."""
    try:
        yield from record(project, batch)
    except (TryAgain, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  as above
        if len(batch) > 1:
            middle = len(batch) // 2
            yield from _record_split(project, batch[:middle])
            yield from _record_split(project, batch[middle:])
            return
        _log_failure("stored", batch[0].delivery.sha256)
        entry = Recorded(outcome=Outcome.QUARANTINED, detail=_describe(error))
        record_aside(project, [(batch[0].delivery, entry)])
        yield entry
