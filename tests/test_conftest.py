"""The suite's own promises: each test finds what migrations made, and children see its rows."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from patchtrack.models import State

ROOT = Path(__file__).resolve().parent.parent
COUNT_USERS = "from django.contrib.auth.models import User; print(User.objects.count())"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "after a flush"])
def test_states_are_there(turn):
    assert State.objects.filter(slug="new").exists()


@pytest.mark.django_db(transaction=True)
def test_a_state_can_be_added_after_ids_began_anew():
    call_command("flush", interactive=False, verbosity=0)
    assert State.objects.create(name="Steeping", slug="steeping", ordering=99).pk


def test_another_process_sees_the_rows_of_the_test(child_environment):
    User.objects.create_user("jane")
    child = subprocess.run(
        [sys.executable, ROOT / "manage.py", "shell", "--verbosity=0", "-c", COUNT_USERS],
        env=child_environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert child.stdout == "1\n"
