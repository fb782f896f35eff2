"""The rows of what a search has found, written here and not by a template, which would take longer
for these than for all else."""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from patchtrack.web.ages import Clock
from patchtrack.web.links import person_url
from patchtrack.web.names import display_name
from patchtrack.web.search_results import Result


def render_result(result: Result, clock: Clock) -> SafeString:
    message = result.message
    html = (
        f'<tr>\n<td class="name"><a href="{escape(result.place)}">'
        f"<bdi>{result.subject or '(no subject)'}</bdi></a>\n{_render_snippet(result)}</td>\n"
        f"<td>{result.kind}</td>\n<td>{escape(message.project.name)}</td>\n"
        f'<td class="person">{_render_author(result)}</td>\n'
        f'<td class="state">{escape(message.state or "")}</td>\n'
        f'<td class="number age">{clock.render_age(message.date)}</td>\n</tr>'
    )
    return mark_safe(html)  # noqa: S308 (all that came by mail was escaped)


def _render_snippet(result: Result) -> str:
    if not result.snippet:
        return ""
    return f'<span class="minor snippet"><bdi>{result.snippet}</bdi></span>'


def _render_author(result: Result) -> str:
    author = result.message.author
    return (
        f'<a href="{person_url(author.pk)}" title="{escape(author.address)}">'
        f"<bdi>{escape(display_name(author))}</bdi></a>"
    )
