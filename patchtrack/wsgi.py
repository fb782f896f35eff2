"""The WSGI application: `patchtrack.wsgi:application` for a threaded web server."""

import os

from django.core.wsgi import get_wsgi_application

from patchtrack.web.lasting import freeze_what_lasts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patchtrack.settings")
# Who deploys a web server means production, and its threads share connections.
os.environ.setdefault("PATCHTRACK_PROFILE", "production")
os.environ.setdefault("PATCHTRACK_DATABASE_POOL", "8")

application = get_wsgi_application()
freeze_what_lasts()
