"""Tells people what became of a change of patches."""

from collections.abc import Collection, Iterable, Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from patchtrack.models import Patch, Series, State
from patchtrack.services.changes import Changed
from patchtrack.services.listing import find_series_facts
from patchtrack.web.cells import render_states
from patchtrack.web.links import series_url

_MOST_NAMED = 5
_LONGEST_NAME = 80


def tell_outcome(
    request: HttpRequest, outcome: Changed, description: str, series: Collection[int] = ()
) -> None:
    """Tell it on the next page; `series` are the ids of those that were left alone, since somebody
    else has decided about them."""
    if outcome.changed:
        text = f"{count_patches(outcome.changed)} now {description}."
        messages.success(request, text, extra_tags=str(outcome.undo))
    elif not (outcome.overtaken or outcome.forbidden or series):
        messages.info(request, f"Nothing to change: already {description}.")
    if outcome.forbidden:
        messages.error(request, f"{count_patches(outcome.forbidden)} not yours to change.")
    if outcome.overtaken or series:
        overtaken = [*_name_patches(outcome.overtaken), *_name_series(series)]
        messages.warning(request, _describe_overtaken(overtaken))


def _name_patches(patches: Iterable[Patch]) -> list[SafeString]:
    """What each is now."""
    states = {state.pk: state.name for state in State.objects.all()}
    return [
        _name(reverse("patch-by-id", args=[patch.pk]), patch.name, states[patch.state_id])
        for patch in patches
    ]


def _name_series(ids: Collection[int]) -> list[SafeString]:
    """What the patches of each are now."""
    series = Series.objects.filter(pk__in=ids).order_by("-date", "-pk")
    facts = find_series_facts(series)
    return [
        _name(series_url(row.pk), row.name, render_states(facts[row.pk].states)) for row in series
    ]


def _name(url: str, name: str, state: str) -> SafeString:
    shown = name[:_LONGEST_NAME] or "(no name)"
    return format_html('“<a href="{}"><bdi>{}</bdi></a>” is {}', url, shown, state)


def _describe_overtaken(named: Sequence[SafeString]) -> SafeString:
    """What somebody else has made of patches while the user was deciding."""
    more = f", and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return format_html(
        "Not changed, because somebody else has changed it since you saw it: {}{}. "
        "Decide again if you still want to.",
        format_html_join("; ", "{}", [[one] for one in named[:_MOST_NAMED]]),
        more,
    )


def tell_arrived(request: HttpRequest, number: int) -> None:
    """Tell of patches that match, but that nobody saw in the list."""
    text = f"{number} patches that came after the list was made are left as they are."
    if number == 1:
        text = "1 patch that came after the list was made is left as it is."
    messages.warning(request, text)


def count_patches(number: int) -> str:
    """As the beginning of a sentence: "1 patch is", "2 patches are"."""
    return "1 patch is" if number == 1 else f"{number} patches are"
