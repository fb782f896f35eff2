"""How mail becomes knowledge: commands and rules, but no tables of its own."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "ingest"
    label = "ingest"
    verbose_name = "Mail ingest"
