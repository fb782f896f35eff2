"""The settings of the test suite: the development profile, blind to the developer's variables.

The database is TEST_DATABASE_URL, else DATABASE_URL, else a SQLite file that conftest.py
replaces by a new one for each run.
"""

import os

for _name in [name for name in os.environ if name.startswith("PATCHTRACK_")]:
    del os.environ[_name]
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ.pop("TEST_DATABASE_URL")

from patchtrack.settings import *  # noqa: E402, F403

# The real one is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
