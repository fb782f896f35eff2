"""The ASGI application: `patchtrack.asgi:application` for an asynchronous web server."""

import os

from django.core.asgi import get_asgi_application

from patchtrack.web.lasting import freeze_what_lasts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patchtrack.settings")
# Who deploys a web server means production, and its threads share connections.
os.environ.setdefault("PATCHTRACK_PROFILE", "production")
os.environ.setdefault("PATCHTRACK_DATABASE_POOL", "8")

application = get_asgi_application()
freeze_what_lasts()
