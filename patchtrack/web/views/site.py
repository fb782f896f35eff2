"""What the site says of itself, also when something goes wrong."""

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from patchtrack.services.database_errors import find_race, is_outage
from patchtrack.version import find_version

# Forms of what is on the pages already, filters without end, and what is for a few only (RFC 9309).
_ROBOTS = """\
User-agent: *
Disallow: /admin/
Disallow: /api/
Disallow: /mail/
Disallow: /user/
Disallow: /*/mbox/
Disallow: /*/raw/
Disallow: /*?
"""

# When to ask again a database that does not serve us, in seconds.
_RETRY_AFTER = 30


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {"version": find_version(), "admins": settings.ADMINS}
    return render(request, "patchtrack/about.html", context)


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Where browsers look for the icon of what is no page: JSON, or a mail as it came."""
    return redirect(static("patchtrack/icon.svg"))


def server_error(_request: HttpRequest) -> HttpResponse:
    """The answer where a view has failed; nothing that it needs can fail, too.

    Where the database is away or too busy it is 503, so that clients try again.
    """
    error = sys.exception()
    if error and (is_outage(error) or find_race(error)):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(_RETRY_AFTER)})
    return HttpResponse(render_to_string("500.html"), status=500)
