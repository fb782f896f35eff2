"""The rows of what a user has to review, written here and not by a template: there may be a
hundred."""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from patchtrack.services.todo import ToReview
from patchtrack.web.ages import Clock
from patchtrack.web.cells import render_check
from patchtrack.web.links import message_url
from patchtrack.web.names import display_name


def render_to_review(row: ToReview, clock: Clock) -> SafeString:
    patch = row.patch
    url = message_url(patch.project.linkname, patch.kind, patch.message_id)
    html = (
        f'<tr>\n<td class="name"><a href="{escape(url)}">'
        f"<bdi>{escape(patch.name) or '(no name)'}</bdi></a></td>\n"
        f'<td class="news">{_render_news(row)}</td>\n'
        f'<td class="person"><bdi>{escape(display_name(patch.submitter))}</bdi></td>\n'
        f'<td class="checks">{render_check(patch.check_state)}</td>\n'
        f'<td class="state">{escape(patch.state)}</td>\n'
        f'<td class="number age">{clock.render_age(patch.date)}</td>\n</tr>'
    )
    return mark_safe(html)  # noqa: S308 (all that came by mail was escaped)


def _render_news(row: ToReview) -> str:
    """What has come and what was decided since the user looked."""
    unit = "comment" if row.comments == 1 else "comments"
    news = [f"<strong>{row.comments} new {unit}</strong>"] if row.comments else []
    if row.decisions:
        news.append("<strong>changed</strong>")
    return ", ".join(news)
