"""The one app of the project: what is known of patches, and how it is shown."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from patchtrack.models import Event


class PatchtrackConfig(AppConfig):
    name = "patchtrack"
    label = "patchtrack"
    verbose_name = "Patchtrack"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from patchtrack.services.event_records import register_teller

        connection_created.connect(read_timestamps)
        register_teller(tell_events)


def read_timestamps(connection: Any, **_: Any) -> None:
    """Has a new connection to PostgreSQL read timestamps in a faster way than Django's."""
    if connection.vendor == "postgresql":
        # Only who has its driver loaded pays for this.
        from patchtrack.timestamps import register_loader

        register_loader(connection)


def tell_events(events: "Collection[Event]") -> list[dict[str, Any]]:
    """Tells of events for whom no request stands by."""
    # Only who tells of events pays for loading the API.
    from patchtrack.api.payloads import tell_events
    from patchtrack.api.records import Records
    from patchtrack.api.versions import LATEST

    site = settings.PATCHTRACK_SITE_URL.removesuffix("/")
    return tell_events(Records(site=site, prefix="", version=LATEST), events)
