"""Makes the short records that stand within others; of what many rows share, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from patchtrack.api.formats import format_date
from patchtrack.api.versions import keep_known
from patchtrack.models import Check, Comment, Cover, Patch, Person, Project, Series
from patchtrack.services.links import (
    archive_page,
    quote_name,
    quote_segment,
    split_archive_url,
)
from patchtrack.services.parts import Part
from patchtrack.services.revisions import Revision

Record = dict[str, Any]

CHECKS = {result.value: result.label for result in Check.Result}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """The patches, or the cover letters, of a project, of which a page may tell a thousand times:
    `kind` is "patch" or "cover", `url` and `page` are how their addresses begin, and `archive` is
    what stands around their message-ids in those of the list's archive."""

    kind: str
    version: int
    url: str
    page: str
    archive: Sequence[str]

    def find_page(self, message_id: str) -> str:
        """As `message_url` has it."""
        return f"{self.page}{quote_segment(message_id)}/"

    def tell(self, row: Patch | Cover | Part, message_id: str) -> Record:
        segment, in_archive = quote_name(message_id)
        page = f"{self.page}{segment}/"
        record = {
            "id": row.pk,
            "url": f"{self.url}{row.pk}/",
            "web_url": page,
            "msgid": f"<{message_id}>",
            "list_archive_url": in_archive.join(self.archive) or None,
            "date": format_date(row.date),
            "name": row.name,
            "mbox": f"{page}mbox/",
        }
        return keep_known(self.kind, self.version, record)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedRecords:
    """Tells one request of rows within others: `site` is the site's address without a final slash,
    `prefix` the part of the version in its path ("" or "/1.2"), `version` what it has."""

    site: str
    prefix: str
    version: int
    _projects: dict[int, Record] = field(default_factory=dict)
    _people: dict[int, Record] = field(default_factory=dict)
    _users: dict[int, Record] = field(default_factory=dict)
    _mails: dict[tuple[str, int], Mails] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """An address in the request's version: url("patches/1")."""
        return f"{self.site}/api{self.prefix}/{path}/"

    def embedded_project(self, project: Project) -> Record:
        if project.pk not in self._projects:
            record = keep_known("project", self.version, self.make_project(project))
            self._projects[project.pk] = record
        return self._projects[project.pk]

    def make_project(self, project: Project) -> Record:
        """What is told of a project wherever it is told of, in all versions."""
        return {
            "id": project.pk,
            "url": self.url(f"projects/{project.pk}"),
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
        if user.pk not in self._users:
            self._users[user.pk] = {
                "id": user.pk,
                "url": self.url(f"users/{user.pk}"),
                "username": user.username,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "email": user.email,
            }
        return self._users[user.pk]

    def anybody(self, user: AbstractBaseUser | None) -> Record | None:
        return self.user(user) if user else None

    def embedded_person(self, person: Person) -> Record:
        if person.pk not in self._people:
            self._people[person.pk] = {
                "id": person.pk,
                "url": self.url(f"people/{person.pk}"),
                "name": person.name,
                "email": person.address,
            }
        return self._people[person.pk]

    def patches_of(self, project: Project) -> Mails:
        return self._find_mails("patch", "patches", project)

    def covers_of(self, project: Project) -> Mails:
        return self._find_mails("cover", "covers", project)

    def _find_mails(self, kind: str, resource: str, project: Project) -> Mails:
        if (kind, project.pk) not in self._mails:
            self._mails[kind, project.pk] = Mails(
                kind=kind,
                version=self.version,
                url=f"{self.site}/api{self.prefix}/{resource}/",
                page=f"{self.site}/project/{project.linkname}/{kind}/",
                archive=split_archive_url(project),
            )
        return self._mails[kind, project.pk]

    def embedded_patch(self, patch: Patch, project: Project) -> Record:
        return self.patches_of(project).tell(patch, patch.message.message_id)

    def part(self, part: Part, project: Project) -> Record:
        """The same of a patch of a series."""
        return self.patches_of(project).tell(part, part.msgid)

    def embedded_cover(self, cover: Cover, project: Project) -> Record:
        return self.covers_of(project).tell(cover, cover.message.message_id)

    def embedded_series(self, series: Series | Revision, project: Project) -> Record:
        record = {
            "id": series.pk,
            "url": self.url(f"series/{series.pk}"),
            "web_url": self.find_series_page(series, project),
            "date": format_date(series.date),
            "name": series.name or None,
            "version": series.version,
            "mbox": self.find_series_mbox(series),
        }
        return keep_known("series", self.version, record)

    def find_series_page(self, series: Series | Revision, project: Project) -> str:
        """A list with a question mark in its address: clients append "&state=*"."""
        return f"{self.site}/project/{project.linkname}/list/?series={series.pk}"

    def find_series_mbox(self, series: Series | Revision) -> str:
        return f"{self.site}/series/{series.pk}/mbox/"

    def embedded_comment(self, comment: Comment) -> Record:
        parent = f"patches/{comment.patch_id}"
        if comment.patch_id is None:
            parent = f"covers/{comment.cover_id}"
        message = comment.message
        record = {
            "id": comment.pk,
            "url": self.url(f"{parent}/comments/{comment.pk}"),
            "web_url": f"{self.site}/comment/{comment.pk}/",
            "msgid": f"<{message.message_id}>",
            "list_archive_url": archive_page(message.project, message.message_id) or None,
            "date": format_date(message.date),
        }
        return keep_known("comment", self.version, record)

    def embedded_check(self, check: Check) -> Record:
        return {
            "id": check.pk,
            "url": self.url(f"patches/{check.patch_id}/checks/{check.pk}"),
            "date": format_date(check.date),
            "state": CHECKS[check.state],
            "target_url": check.target_url or None,
            "context": check.context,
        }
