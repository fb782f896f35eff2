"""Makes from rows what the API tells of them: plain dicts, cut to what the version has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib.auth.base_user import AbstractBaseUser

from patchtrack.api.embedded import CHECKS, EmbeddedRecords, Record
from patchtrack.api.formats import format_date
from patchtrack.api.versions import keep_known
from patchtrack.models import (
    Bundle,
    Check,
    Comment,
    Cover,
    Event,
    Patch,
    Person,
    Project,
    Series,
)
from patchtrack.services.accounts import find_profile
from patchtrack.services.dependencies import Dependencies
from patchtrack.services.links import archive_url, quote_segment
from patchtrack.services.parts import Part

__all__ = ["Record", "Records"]

# A patch that was not checked waits for it.
_UNCHECKED = Check.Result.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Records(EmbeddedRecords):
    """Tells one request of rows, as `patchtrack.services.related` or
    `patchtrack.services.plain_rows` finds them."""

    def index(self, names: Sequence[str]) -> Record:
        return {name: self.url(name) for name in names}

    def project(self, project: Project) -> Record:
        record = self.make_project(project)
        record["maintainers"] = [self.user(user) for user in project.maintainers.all()]
        record["subject_match"] = project.subject_match
        record["show_dependencies"] = project.show_dependencies
        return keep_known("project", self.version, record)

    def own_user(self, user: AbstractBaseUser) -> Record:
        """What users see of themselves."""
        profile = find_profile(user)
        settings = {
            "send_email": profile.notifications,
            "items_per_page": profile.page_size,
            "show_ids": False,
        }
        record = {**self.user(user), "settings": settings}
        return keep_known("own user", self.version, record)

    def person(self, person: Person) -> Record:
        return {**self.embedded_person(person), "user": self.anybody(person.user)}

    def patch(self, patch: Patch, others: Sequence[Patch] = ()) -> Record:
        """A patch, and the `others` of the relation that it is in."""
        page = self.patches_of(patch.project).find_page(patch.message.message_id)
        # These have no version in any of them.
        unversioned = f"{self.site}/api/patches/{patch.pk}"
        record = {
            "id": patch.pk,
            "url": self.url(f"patches/{patch.pk}"),
            "web_url": page,
            "project": self.embedded_project(patch.project),
            "msgid": f"<{patch.message.message_id}>",
            "list_archive_url": archive_url(patch.project, patch.message) or None,
            "date": format_date(patch.date),
            "name": patch.name,
            "commit_ref": patch.commit_ref or None,
            "pull_url": patch.shown_pull_url or None,
            "state": patch.state_slug,
            "archived": patch.archived,
            "hash": patch.hash or None,
            "submitter": self.embedded_person(patch.submitter),
            "delegate": self.anybody(patch.delegate),
            "mbox": f"{page}mbox/",
            "series": self._series_of(patch),
            "comments": f"{unversioned}/comments/",
            "check": CHECKS[_UNCHECKED if patch.check_state is None else patch.check_state],
            "checks": f"{unversioned}/checks/",
            "tags": patch.tags,
            "related": [self.embedded_patch(other, other.project) for other in others],
        }
        return keep_known("patch", self.version, record)

    def cover(self, cover: Cover) -> Record:
        page = self.covers_of(cover.project).find_page(cover.message.message_id)
        record = {
            "id": cover.pk,
            "url": self.url(f"covers/{cover.pk}"),
            "web_url": page,
            "project": self.embedded_project(cover.project),
            "msgid": f"<{cover.message.message_id}>",
            "list_archive_url": archive_url(cover.project, cover.message) or None,
            "date": format_date(cover.date),
            "name": cover.name,
            "submitter": self.embedded_person(cover.submitter),
            "mbox": f"{page}mbox/",
            "series": self._series_of(cover),
            "comments": f"{self.site}/api/covers/{cover.pk}/comments/",
        }
        return keep_known("cover", self.version, record)

    def _series_of(self, row: Patch | Cover) -> list[Record]:
        return [self.embedded_series(row.series, row.project)] if row.series else []

    def series(
        self, series: Series, parts: Iterable[Part], known: Dependencies | None = None
    ) -> Record:
        """A series and its parts; of one whose project does not show them, no dependencies are
        known."""
        project, cover = series.project, getattr(series, "cover", None)
        tell_part = self.patches_of(project).tell
        record = {
            "id": series.pk,
            "url": self.url(f"series/{series.pk}"),
            "project": self.embedded_project(project),
            "name": series.name or None,
            "date": format_date(series.date),
            "submitter": self.embedded_person(series.submitter),
            "version": series.version,
            "total": series.total,
            "received_total": series.received_total,
            "received_all": series.complete,
            "web_url": self.find_series_page(series, project),
            "mbox": self.find_series_mbox(series),
            "cover_letter": self.embedded_cover(cover, project) if cover else None,
            "patches": [tell_part(part, part.msgid) for part in parts],
        }
        if known:
            record["dependencies"] = [self.url(f"series/{one.id}") for one in known.needs]
            record["dependents"] = [self.url(f"series/{one.id}") for one in known.needed_by]
        return keep_known("series", self.version, record)

    def comment(self, comment: Comment) -> Record:
        """Without what the mail says."""
        record = self.embedded_comment(comment)
        record["subject"] = comment.message.subject
        record["submitter"] = self.embedded_person(comment.message.author)
        record["addressed"] = comment.addressed
        return keep_known("comment", self.version, record)

    def check(self, check: Check) -> Record:
        record = {**self.embedded_check(check), "user": self.user(check.user)}
        return {**record, "description": check.description or None}

    def bundle(self, bundle: Bundle, patches: Iterable[Patch]) -> Record:
        owner, name = bundle.owner.get_username(), quote_segment(bundle.name)
        page = f"{self.site}/bundle/{quote(owner)}/{name}/"
        project = bundle.project
        record = {
            "id": bundle.pk,
            "url": self.url(f"bundles/{bundle.pk}"),
            "web_url": page,
            "project": self.embedded_project(project),
            "name": bundle.name,
            "owner": self.user(bundle.owner),
            "patches": [self.embedded_patch(patch, project) for patch in patches],
            "public": bundle.public,
            "mbox": f"{page}mbox/",
        }
        return keep_known("bundle", self.version, record)

    def event(self, event: Event, payload: Record) -> Record:
        date = format_date(event.date)
        record = {
            "id": event.pk,
            "cursor": event.cursor,
            "category": event.category,
            "project": self.embedded_project(event.project),
            "date": date,
            # An event is received when it is recorded.
            "received": date,
            "actor": self.anybody(event.actor),
            "payload": payload,
        }
        return keep_known("event", self.version, record)
