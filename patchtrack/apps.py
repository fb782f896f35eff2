"""The one app of the project: what is known of patches, and how it is shown."""

from django.apps import AppConfig


class PatchtrackConfig(AppConfig):
    name = "patchtrack"
    label = "patchtrack"
    verbose_name = "Patchtrack"
    default_auto_field = "django.db.models.BigAutoField"
