"""What stays as long as the process is not looked through for what is out of use."""

import gc

from patchtrack.web.lasting import freeze_what_lasts


def test_what_is_there_already_is_not_looked_through_again():
    before = len(gc.get_objects())
    try:
        freeze_what_lasts()
        assert len(gc.get_objects()) < before / 10
    finally:
        gc.unfreeze()
