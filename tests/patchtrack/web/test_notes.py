"""What comments say is shown beneath the lines that they quote."""

from ingest.mail import Body
from patchtrack.web.diff_lines import split_files
from patchtrack.web.notes import render_notes
from patchtrack.web.quotes import Place
from tests.factories import make_diff
from tests.patchtrack.said import make_said

HOT = Place(1, 3)


def write(*replies: str, name: str = "Bo", page: str = "") -> dict[Place, str]:
    """The notes of comments 1, 2 and so on, each of which quotes one line of a diff."""
    comments = [make_said(pk, name=name) for pk, _ in enumerate(replies, 1)]
    bodies = {
        pk: Body(message=f"> -cold\n> +hot\n{reply}\n", diff="")
        for pk, reply in enumerate(replies, 1)
    }
    return render_notes(comments, bodies, split_files(make_diff()), page)


def test_a_note_tells_who_said_what_and_where():
    note = write("How hot?", page="/p/")[HOT]
    for part in ("<bdi>Bo</bdi>", '<time datetime="2026-01-05', "How hot?", 'href="/p/#1"'):
        assert part in note


def test_notes_on_a_line_keep_their_order():
    note = write("One.", "Two.")[HOT]
    assert note.index("One.") < note.index("Two.")


def test_a_long_note_is_folded():
    note = write("\n".join("abcdef"))[HOT]
    assert "<p>a\nb\nc\nd</p><details><summary>2 more lines</summary><p>e\nf</p>" in note


def test_a_line_has_not_too_many_notes():
    assert write(*["x"] * 50)[HOT].count('class="note"') == 10


def test_nothing_of_a_note_is_markup():
    note = write("<b>\u202e", name="<i>\u202e")[HOT]
    assert "<b>\u202e" not in note
    assert "<i>" not in note
    assert "\u202e" not in note


def test_without_a_diff_there_are_no_notes():
    assert render_notes([make_said(1)], {}, [], "") == {}
