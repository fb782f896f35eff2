"""What the site says of itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

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


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {"version": find_version(), "admins": settings.ADMINS}
    return render(request, "patchtrack/about.html", context)


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")
