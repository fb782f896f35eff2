"""A patch becomes the text that `git range-diff` compares."""

import pytest

from patchtrack.services.compare import SentPatch
from patchtrack.services.compare.pseudo import PseudoPatch, derive_pseudo
from tests.factories import ALICE, make_diff


def derive(message: str = "", diff: str = "", name: str = "Pour slowly") -> PseudoPatch:
    return derive_pseudo(SentPatch(name=name, author=ALICE, message=message, diff=diff))


def test_it_has_a_section_for_each_part_of_the_patch():
    message = "It spills.\n---\n kettle.c | 2 +-\n"
    assert "\n".join(derive(message, make_diff() + make_diff("cup.c")).lines) == (
        " ## Metadata ##\n"
        "Author: Alice Spout <alice@example.org>\n"
        "\n"
        " ## Commit message ##\n"
        "    Pour slowly\n"
        "\n"
        "    It spills.\n"
        "\n"
        " ## kettle.c ##\n"
        "@@\n"
        " water:\n"
        "-cold\n"
        "+hot\n"
        " leaves\n"
        "\n"
        " ## cup.c ##\n"
        "@@\n"
        " water:\n"
        "-cold\n"
        "+hot\n"
        " leaves"
    )


def test_a_hunk_keeps_its_function_and_loses_its_place():
    diff = make_diff().replace("+1,3 @@", "+1,3 @@ int pour(void)")
    assert "@@ kettle.c: int pour(void)" in derive(diff=diff).diff


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("new file mode 100644\nindex 0000000..1111111\n", "a.c (new)"),
        ("deleted file mode 100644\nindex 1111111..0000000\n", "a.c (deleted)"),
        ("similarity index 100%\nrename from a.c\nrename to b.c\n", "a.c => b.c"),
        ("old mode 100644\nnew mode 100755\n", "a.c (mode change 100644 => 100755)"),
    ],
)
def test_a_file_tells_what_becomes_of_it(header, title):
    new = "b.c" if "rename" in header else "a.c"
    assert derive(diff=f"diff --git a/a.c b/{new}\n{header}").diff == (f" ## {title} ##",)


def test_names_of_blobs_are_left_out():
    one, other = make_diff(), make_diff().replace("1111111..2222222", "3333333..4444444")
    assert derive(diff=one) == derive(diff=other)


def test_an_author_in_the_body_counts():
    patch = derive("From: Bob Lid <bob@example.org>\nSubject: Pour\n\nIt spills.\n")
    assert patch.author == "Bob Lid <bob@example.org>"
    assert patch.message == ("    Pour", "", "    It spills.")


def test_blanks_that_git_would_not_keep_are_dropped():
    assert derive("\n\nIt  \n\n\nspills.\t\n\n").message[2:] == ("    It", "", "    spills.")


def test_an_empty_line_of_a_hunk_is_context():
    diff = make_diff().replace(" water:\n", "\n")
    assert " " in derive(diff=diff).diff


def test_binary_patches_are_told_apart_without_their_lines():
    text = (
        "diff --git a/x b/x\nindex 1111111..2222222 100644\nGIT binary patch\n"
        "literal 2\nJcmZQzWMT#Y01f~L\n\n"
    )
    one, other = derive(diff=text), derive(diff=text.replace("WMT", "WMS"))
    assert one.diff != other.diff
    assert len(one.diff) == 2
