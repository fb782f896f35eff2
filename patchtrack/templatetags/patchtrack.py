"""What the templates need beyond Django's own tags and filters."""

import shlex
from collections.abc import Iterable
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from patchtrack.models import Comment, Message, Project, SavedFilter, Series
from patchtrack.services.todo import ToReview
from patchtrack.web.ages import Clock, read_clock
from patchtrack.web.cells import (
    render_amount,
    render_check,
    render_received,
    render_states,
    render_tags,
)
from patchtrack.web.comments import CommentWriter
from patchtrack.web.comparison_rows import ShownRow
from patchtrack.web.links import (
    archive_url,
    comment_url,
    is_web_url,
    list_url,
    message_url,
    own_url,
)
from patchtrack.web.mails import ShownMail
from patchtrack.web.names import display_name
from patchtrack.web.rows import PatchRow, SeriesRow, SlotRow
from patchtrack.web.search_results import Result
from patchtrack.web.search_rows import render_result
from patchtrack.web.text import escape_all
from patchtrack.web.todo_rows import render_to_review

register = template.Library()
register.filter(display_name)
register.simple_tag(render_amount, name="amount_cell")
register.simple_tag(render_check, name="check_result")
register.simple_tag(render_received, name="received")
register.simple_tag(render_states, name="state_names")
register.simple_tag(render_tags, name="tag_cells")


@register.simple_tag(takes_context=True)
def age(context: template.Context, date: datetime) -> SafeString:
    return _find_clock(context).render_age(date)


@register.simple_tag(takes_context=True)
def exact_time(context: template.Context, date: datetime) -> SafeString:
    return _find_clock(context).render_exact_time(date)


def _find_clock(context: template.Context) -> Clock:
    """The clock by which all times are told that a template shows."""
    kept = context.render_context
    if _find_clock not in kept:
        kept[_find_clock] = read_clock()
    return kept[_find_clock]


@register.simple_tag(takes_context=True)
def patch_rows(
    context: template.Context,
    project: Project,
    rows: Iterable[PatchRow],
    origin: str,
    selects: bool,
) -> SafeString:
    """The patches of a list that `origin` leads back to."""
    clock, linkname = _find_clock(context), project.linkname
    return _join([row.render(clock, linkname, origin, selects=selects) for row in rows])


@register.simple_tag(takes_context=True)
def series_rows(
    context: template.Context, rows: Iterable[SeriesRow], origin: str, selects: bool
) -> SafeString:
    """The series of a list that `origin` leads back to."""
    clock = _find_clock(context)
    return _join([row.render(clock, origin, selects=selects) for row in rows])


@register.simple_tag(takes_context=True)
def to_review_rows(context: template.Context, rows: Iterable[ToReview]) -> SafeString:
    """The patches of a project that wait for the user's review."""
    clock = _find_clock(context)
    return _join([render_to_review(row, clock) for row in rows])


@register.simple_tag(takes_context=True)
def result_rows(context: template.Context, results: Iterable[Result]) -> SafeString:
    """What a search has found."""
    clock = _find_clock(context)
    return _join([render_result(result, clock) for result in results])


@register.simple_tag
def slot_rows(series: Series, rows: Iterable[SlotRow], selects: bool) -> SafeString:
    """The places in a series."""
    linkname, submitter = series.project.linkname, series.submitter_id
    return _join([row.render(linkname, submitter, selects=selects) for row in rows])


@register.simple_tag
def comparison_rows(project: Project, rows: Iterable[ShownRow]) -> SafeString:
    """What became of the patches of a series in another version of it."""
    return _join([row.render(project.linkname) for row in rows])


def _join(rows: Iterable[SafeString]) -> SafeString:
    return mark_safe("".join([f"\n{row}\n" for row in rows]))  # noqa: S308 (each is escaped)


@register.simple_tag
def page_of(project: Project, message: Message, leaf: str = "") -> str:
    """The address of the page of a patch or cover, or of another form of it."""
    return message_url(project.linkname, message.kind, message.message_id, leaf)


@register.simple_tag
def comment_page(project: Project, comment: Comment) -> str:
    """Where a comment stands on the page of its patch or cover."""
    return comment_url(project.linkname, comment)


@register.simple_tag(takes_context=True)
def comments(
    context: template.Context, project: Project, discussion: Iterable[ShownMail]
) -> SafeString:
    """The comments of a discussion, one after the other."""

    def include(name: str, mail: ShownMail) -> str:
        with context.push(mail=mail):
            return context.template.engine.get_template(name).render(context)

    writer = CommentWriter(clock=_find_clock(context), linkname=project.linkname, include=include)
    return mark_safe("".join([writer.render(mail) for mail in discussion]))  # noqa: S308


@register.simple_tag
def saved_list(saved: SavedFilter) -> str:
    """The list that a saved filter stands for."""
    return list_url(saved.project.linkname, saved.page, saved.query)


@register.simple_tag
def own_page_of(project: Project, message: Message, file: int = 0) -> str:
    """The address of the page that a message has for itself, or of one of its diff's files."""
    return own_url(project.linkname, message, f"file/{file}" if file else "")


@register.simple_tag
def raw_mail_of(project: Project, message: Message) -> str:
    """The address of the mail as it came."""
    return message_url(project.linkname, "mail", message.message_id, "raw")


@register.simple_tag
def archive_of(project: Project, message: Message) -> str:
    """The address of the message in the list's archive, or an empty string."""
    return archive_url(project, message)


@register.simple_tag
def comparison_of(one: Series, other: Series) -> str:
    """The address of the page that compares two revisions, the earlier one as the old one."""
    old, new = sorted((one, other), key=lambda series: (series.version, series.date, series.pk))
    return reverse("series-compare", args=[old.pk, new.pk])


@register.filter
def visible(text: str, most: int) -> SafeString:
    """At most so many characters of a text; those that cannot be seen are named."""
    return mark_safe(escape_all(text[:most]) + ("…" if len(text) > most else ""))  # noqa: S308


@register.filter
def shell_word(text: str) -> str:
    """The text as one word of a command that people copy into their shell."""
    return shlex.quote(text)


@register.filter
def web_url(text: str) -> str:
    """The text if it may be the target of a link, else nothing."""
    return text if is_web_url(text) else ""
