"""A comment's remarks are found at the lines of the diff that it quotes."""

import pytest

from patchtrack.web.diff_lines import split_files
from patchtrack.web.quotes import derive_remarks, index_diff
from tests.factories import make_diff

POT = """\
diff --git a/pot.c b/pot.c
--- a/pot.c
+++ b/pot.c
@@ -1,6 +1,8 @@ int warm(void)
 int pour(void)
 {
-\tint cold = 1;
+\tint hot = 1;
+
+\tlock(&kettle);
 \tboil(water);
+\tunlock(&kettle);
 }
"""
CUP = """\
diff --git a/cup.c b/cup.c
--- a/cup.c
+++ b/cup.c
@@ -1,3 +1,5 @@ int sip(void)
 int fill(void)
 {
+\tlock(&kettle);
 \tpour();
+\tunlock(&kettle);
 }
"""


def read(text: str, diff: str = POT + CUP) -> list[tuple[str, str, str]]:
    """Each remark as (file, line of the diff, text)."""
    files = split_files(diff)
    return [
        (files[remark.place.file - 1].path, files[remark.place.file - 1].body[remark.place.line],
         remark.text)
        for remark in derive_remarks(text, index_diff(files))
    ]  # fmt: skip


def quote(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def test_a_remark_stands_at_the_last_line_quoted():
    assert read(quote("+\tint hot = 1;") + "\nWhy?\n") == [("pot.c", "+\tint hot = 1;", "Why?")]


@pytest.mark.parametrize("mark", ["> ", ">", "> > ", ">> ", ">>", "> >"])
def test_a_quote_may_have_any_marks(mark):
    assert read(quote(" \tboil(water);", mark) + "Hot?\n") == [("pot.c", " \tboil(water);", "Hot?")]


def test_each_remark_of_a_whole_review_has_its_line():
    head, tail = POT.split("+\tlock(&kettle);\n")
    text = quote(head) + "\nOne.\n\n" + quote("+\tlock(&kettle);\n") + "\nTwo.\n" + quote(tail)
    assert read(text + "Three.\n") == [
        ("pot.c", "+\tint hot = 1;", "One."),
        ("pot.c", "+\tlock(&kettle);", "Two."),
        ("pot.c", " }", "Three."),
    ]


def test_a_line_that_is_there_twice_is_told_by_the_lines_before_it():
    text = quote(" \tpour();\n+\tunlock(&kettle);") + "Here.\n"
    assert read(text) == [("cup.c", "+\tunlock(&kettle);", "Here.")]


def test_a_line_that_is_there_twice_is_told_by_the_name_of_its_file():
    text = quote("+++ b/cup.c\n[...]\n+\tunlock(&kettle);") + "Here.\n"
    assert read(text) == [("cup.c", "+\tunlock(&kettle);", "Here.")]


def test_a_line_that_is_there_twice_comes_after_the_last_remark():
    text = quote("+\tunlock(&kettle);") + "One.\n" + quote("+\tunlock(&kettle);") + "Two.\n"
    assert [place for place, _, _ in read(text)] == ["pot.c", "cup.c"]


def test_a_cut_in_a_quote_is_no_remark():
    text = quote("+\tint hot = 1;") + "\n[...]\n\n" + quote("+\tlock(&kettle);") + "Two.\n"
    assert read(text) == [("pot.c", "+\tlock(&kettle);", "Two.")]


def test_an_answer_to_a_remark_stands_at_the_same_line():
    text = quote("> +\tint hot = 1;\nWhy?\n") + "Because.\n"
    assert read(text) == [("pot.c", "+\tint hot = 1;", "Because.")]


def test_blanks_that_a_mailer_changed_do_not_matter():
    assert read(quote("+       int hot  = 1;   ") + "Why?\n")[0][1] == "+\tint hot = 1;"
    assert read(quote("boil(water);") + "Hot?\n")[0][1] == " \tboil(water);"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No quote at all.\n",
        quote("+\tint hot = 1;"),
        quote("+\tint hot = 1;") + "\nAcked-by: Bo <bo@example.org>\n",
        quote("Prose that the diff does not have.") + "Yes.\n",
        quote("+\tint hot = 2;") + "Another diff's line.\n",
        quote("}") + "A line that is everywhere.\n",
        quote(POT + "-- \n2.47.0") + "On the whole mail.\n",
        "Above.\n" + quote(POT),
    ],
)
def test_what_is_not_said_about_a_line_is_no_remark(text):
    assert read(text) == []


def test_what_introduces_the_next_quote_is_no_part_of_a_remark():
    text = quote("+\tint hot = 1;") + "Why?\n\nOn Monday, Bo wrote:\n" + quote("x")
    assert read(text)[0][2] == "Why?"


def test_a_file_that_is_there_twice_keeps_its_place():
    assert read(quote(" water:\n-old") + "x\n", make_diff(old="old") * 2)[0][1] == "-old"


@pytest.mark.parametrize(
    "text",
    [
        (">" * 100_000 + "\n") * 2 + "x",
        "> }\nx\n" * 20_000,
        "> " * 50_000 + "+\tint hot = 1;\nx",
        "> diff --git " + "a " * 50_000 + "\nx",
        "\n" * 100_000,
        quote("+\tint hot = 1;") + ("wrote" * 20_000) + "\n",
    ],
)
def test_a_hostile_text_ends_with_bounded_remarks(text):
    assert len(read(text, POT + "".join(make_diff(f"{n}.c") for n in range(300)))) <= 100
