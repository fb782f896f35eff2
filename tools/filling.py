"""Makes our tables and the project `scratch` in the empty database at DATABASE_URL: what every
scratch database holds."""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.scratch import PROJECT


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patchtrack.settings")
    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command(
        "addproject",
        PROJECT,
        name="Scratch",
        list_id="scratch.lists.example.org",
        list_email="scratch@lists.example.org",
    )


if __name__ == "__main__":
    main()
