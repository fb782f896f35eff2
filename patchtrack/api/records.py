"""Makes from rows what the API tells of them: plain dicts, cut to what the version has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.contrib.auth.base_user import AbstractBaseUser

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
from patchtrack.services.links import archive_page, archive_url, quote_segment
from patchtrack.services.parts import Part
from patchtrack.services.revisions import Revision

Record = dict[str, Any]
Submitted = Patch | Cover

_CHECKS = {result.value: result.label for result in Check.Result}
# A patch that was not checked waits for it.
_UNCHECKED = Check.Result.PENDING


def format_date(date: datetime) -> str:
    """ISO 8601 in UTC without an offset, as clients subtract such dates from their own."""
    in_utc = date if date.tzinfo is UTC else date.astimezone(UTC)
    return in_utc.isoformat().removesuffix("+00:00")


def split_prefixes(name: str) -> list[str]:
    """What stands in brackets before a patch's name: "[v2,1/3] x" gives ["v2", "1/3"]."""
    inside, closed, _ = name.removeprefix("[").partition("]")
    if not (closed and name.startswith("[")):
        return []
    return [prefix.strip() for prefix in inside.split(",") if prefix.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Tells of rows to one request: `site` is the site's address without a final slash,
    `prefix` the part of the version in its path ("" or "/1.2"), `version` what it has.

    Each method takes a row as `patchtrack.services.related` or `plain_rows` finds it.
    """

    site: str
    prefix: str
    version: int
    _projects: dict[int, Record] = field(default_factory=dict)

    def url(self, *parts: object) -> str:
        """An address in the request's version: url("patches", 1)."""
        return f"{self.site}/api{self.prefix}/{'/'.join(map(str, parts))}/"

    def _plain(self, *parts: object) -> str:
        """An address without a version, which some fields have in all versions."""
        return f"{self.site}/api/{'/'.join(map(str, parts))}/"

    def _page(self, project: Project, message_id: str, kind: str) -> str:
        """The page of a message, as `message_url` has it, but for hundreds at once."""
        return f"{self.site}/project/{project.linkname}/{kind}/{quote_segment(message_id)}/"

    def index(self, names: Sequence[str]) -> Record:
        return {name: self.url(name) for name in names}

    def project(self, project: Project) -> Record:
        record = self._project(project)
        record["maintainers"] = [self.user(user) for user in project.maintainers.all()]
        record["subject_match"] = project.subject_match
        record["show_dependencies"] = project.show_dependencies
        return keep_known("project", self.version, record)

    def embedded_project(self, project: Project) -> Record:
        """The same for all rows of a project."""
        if project.pk not in self._projects:
            record = keep_known("project", self.version, self._project(project))
            self._projects[project.pk] = record
        return self._projects[project.pk]

    def _project(self, project: Project) -> Record:
        return {
            "id": project.pk,
            "url": self.url("projects", project.pk),
            "name": project.name,
            "link_name": project.linkname,
            "list_id": project.list_id,
            "list_email": project.list_email,
            "web_url": project.web_url,
            "scm_url": project.scm_url,
            "webscm_url": project.webscm_url,
            "list_archive_url": project.list_archive_url,
            "list_archive_url_format": project.list_archive_url_format,
            "commit_url_format": project.commit_url_format,
        }

    def user(self, user: AbstractBaseUser) -> Record:
        return {
            "id": user.pk,
            "url": self.url("users", user.pk),
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
        }

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

    def anybody(self, user: AbstractBaseUser | None) -> Record | None:
        return self.user(user) if user else None

    def person(self, person: Person) -> Record:
        return {**self.embedded_person(person), "user": self.anybody(person.user)}

    def embedded_person(self, person: Person) -> Record:
        return {
            "id": person.pk,
            "url": self.url("people", person.pk),
            "name": person.name,
            "email": person.address,
        }

    def patch(self, patch: Patch, others: Sequence[Patch] = ()) -> Record:
        """A patch, and the `others` of the relation that it is in."""
        page = self._page(patch.project, patch.message.message_id, "patch")
        record = {
            "id": patch.pk,
            "url": self.url("patches", patch.pk),
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
            "comments": self._plain("patches", patch.pk, "comments"),
            "check": _CHECKS[_UNCHECKED if patch.check_state is None else patch.check_state],
            "checks": self._plain("patches", patch.pk, "checks"),
            "tags": patch.tags,
            "related": [self.embedded_patch(other, other.project) for other in others],
        }
        return keep_known("patch", self.version, record)

    def embedded_patch(self, patch: Patch, project: Project) -> Record:
        record = self._embedded(patch, patch.message.message_id, project, "patches", "patch")
        return keep_known("patch", self.version, record)

    def part(self, part: Part, project: Project) -> Record:
        """The same of a patch of a series."""
        record = self._embedded(part, part.message_id, project, "patches", "patch")
        return keep_known("patch", self.version, record)

    def cover(self, cover: Cover) -> Record:
        page = self._page(cover.project, cover.message.message_id, "cover")
        record = {
            "id": cover.pk,
            "url": self.url("covers", cover.pk),
            "web_url": page,
            "project": self.embedded_project(cover.project),
            "msgid": f"<{cover.message.message_id}>",
            "list_archive_url": archive_url(cover.project, cover.message) or None,
            "date": format_date(cover.date),
            "name": cover.name,
            "submitter": self.embedded_person(cover.submitter),
            "mbox": f"{page}mbox/",
            "series": self._series_of(cover),
            "comments": self._plain("covers", cover.pk, "comments"),
        }
        return keep_known("cover", self.version, record)

    def embedded_cover(self, cover: Cover, project: Project) -> Record:
        record = self._embedded(cover, cover.message.message_id, project, "covers", "cover")
        return keep_known("cover", self.version, record)

    def _embedded(
        self, row: Submitted | Part, message_id: str, project: Project, resource: str, kind: str
    ) -> Record:
        page = self._page(project, message_id, kind)
        return {
            "id": row.pk,
            "url": self.url(resource, row.pk),
            "web_url": page,
            "msgid": f"<{message_id}>",
            "list_archive_url": archive_page(project, message_id) or None,
            "date": format_date(row.date),
            "name": row.name,
            "mbox": f"{page}mbox/",
        }

    def _series_of(self, row: Submitted) -> list[Record]:
        return [self.embedded_series(row.series, row.project)] if row.series else []

    def series(
        self, series: Series, parts: Iterable[Part], known: Dependencies | None = None
    ) -> Record:
        """A series and its parts; of one whose project does not show them, no dependencies are
        known."""
        project, cover = series.project, getattr(series, "cover", None)
        record = {
            "id": series.pk,
            "url": self.url("series", series.pk),
            "project": self.embedded_project(project),
            "name": series.name or None,
            "date": format_date(series.date),
            "submitter": self.embedded_person(series.submitter),
            "version": series.version,
            "total": series.total,
            "received_total": series.received_total,
            "received_all": series.complete,
            "web_url": self._series_page(series, project),
            "mbox": self._series_mbox(series),
            "cover_letter": self.embedded_cover(cover, project) if cover else None,
            "patches": [self.part(part, project) for part in parts],
        }
        if known:
            record["dependencies"] = [self.url("series", one.id) for one in known.needs]
            record["dependents"] = [self.url("series", one.id) for one in known.needed_by]
        return keep_known("series", self.version, record)

    def embedded_series(self, series: Series | Revision, project: Project) -> Record:
        record = {
            "id": series.pk,
            "url": self.url("series", series.pk),
            "web_url": self._series_page(series, project),
            "date": format_date(series.date),
            "name": series.name or None,
            "version": series.version,
            "mbox": self._series_mbox(series),
        }
        return keep_known("series", self.version, record)

    def _series_page(self, series: Series | Revision, project: Project) -> str:
        """A list with a question mark in its address: clients append "&state=*"."""
        return f"{self.site}/project/{project.linkname}/list/?series={series.pk}"

    def _series_mbox(self, series: Series | Revision) -> str:
        return f"{self.site}/series/{series.pk}/mbox/"

    def comment(self, comment: Comment) -> Record:
        """Without what the mail says."""
        record = self.embedded_comment(comment)
        record["subject"] = comment.message.subject
        record["submitter"] = self.embedded_person(comment.message.author)
        record["addressed"] = comment.addressed
        return keep_known("comment", self.version, record)

    def embedded_comment(self, comment: Comment) -> Record:
        resource, parent = ("patches", comment.patch_id)
        if parent is None:
            resource, parent = "covers", comment.cover_id
        message = comment.message
        record = {
            "id": comment.pk,
            "url": self.url(resource, parent, "comments", comment.pk),
            "web_url": f"{self.site}/comment/{comment.pk}/",
            "msgid": f"<{message.message_id}>",
            "list_archive_url": archive_url(message.project, message) or None,
            "date": format_date(message.date),
        }
        return keep_known("comment", self.version, record)

    def check(self, check: Check) -> Record:
        record = {**self.embedded_check(check), "user": self.user(check.user)}
        return {**record, "description": check.description or None}

    def embedded_check(self, check: Check) -> Record:
        return {
            "id": check.pk,
            "url": self.url("patches", check.patch_id, "checks", check.pk),
            "date": format_date(check.date),
            "state": _CHECKS[check.state],
            "target_url": check.target_url or None,
            "context": check.context,
        }

    def bundle(self, bundle: Bundle, patches: Iterable[Patch]) -> Record:
        owner, name = bundle.owner.get_username(), quote_segment(bundle.name)
        page = f"{self.site}/bundle/{quote(owner)}/{name}/"
        project = bundle.project
        record = {
            "id": bundle.pk,
            "url": self.url("bundles", bundle.pk),
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
        record = {
            "id": event.pk,
            "cursor": event.cursor,
            "category": event.category,
            "project": self.embedded_project(event.project),
            "date": format_date(event.date),
            # An event is received when it is recorded.
            "received": format_date(event.date),
            "actor": self.anybody(event.actor),
            "payload": payload,
        }
        return keep_known("event", self.version, record)
