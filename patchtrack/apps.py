"""The one app of the project: what is known of patches, and how it is shown."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings

if TYPE_CHECKING:
    from patchtrack.models import Event


class PatchtrackConfig(AppConfig):
    name = "patchtrack"
    label = "patchtrack"
    verbose_name = "Patchtrack"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from patchtrack.services.event_records import register_teller

        register_teller(tell_events)


def tell_events(events: "Collection[Event]") -> list[dict[str, Any]]:
    """Tells of events for whom no request stands by."""
    # Only who tells of events pays for loading the API.
    from patchtrack.api.payloads import tell_events
    from patchtrack.api.records import Records
    from patchtrack.api.versions import LATEST

    site = settings.PATCHTRACK_SITE_URL.removesuffix("/")
    return tell_events(Records(site=site, prefix="", version=LATEST), events)
