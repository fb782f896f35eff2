"""Memory for mail is counted."""

from ingest.daemon.limits import Room


def test_what_is_taken_and_given_back_can_be_taken_again():
    room = Room(most=10)
    assert (room.take(10), room.take(1)) == (True, False)
    room.give_back(4)
    assert (room.take(5), room.take(4), room.held) == (False, True, 10)
