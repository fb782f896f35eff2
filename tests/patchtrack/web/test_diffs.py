"""A diff becomes HTML, file by file."""

import pytest

from patchtrack.web.diff_lines import split_files
from patchtrack.web.diffs import (
    MOST_LINES,
    MOST_LINES_OF_FILE,
    FileDiff,
    Look,
    Room,
    render_diff,
    render_one_file,
)
from patchtrack.web.quotes import Place
from tests.factories import make_diff

EVIL = "<script>\u202e'\""


def render(diff: str, look: Look | None = None) -> list[FileDiff]:
    return render_diff(split_files(diff), Room(), look or Look())


def make_long_diff(count: int, path: str = "x") -> str:
    lines = "+x\n" * count
    return (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -0,0 +1,{count} @@\n{lines}"
    )


def test_each_file_has_its_name_its_counts_and_its_anchor():
    files = render(make_diff("a.c") + make_diff("lib/b.c"))
    assert [(file.path, file.added, file.removed, file.anchor) for file in files] == [
        ("a.c", 1, 1, "f1"),
        ("lib/b.c", 1, 1, "f2"),
    ]
    assert (files[1].directory, files[1].name) == ("lib", "b.c")


def test_lines_are_marked_by_what_they_do():
    (file,) = render(make_diff("x", old="cold <b>", new="hot"))
    removed = '<div class="del"><a id="f1L2" href="#f1L2" tabindex="-1">2</a><i></i>'
    added = '<div class="add"><i></i><a id="f1R2" href="#f1R2" tabindex="-1">2</a>'
    assert '<div class="hunk"><code>@@ -1,3 +1,3 @@\n</code></div>' in file.html
    assert "<code> water:\n</code>" in file.html
    assert f"{removed}<code>-cold &lt;b&gt;\n</code></div>" in file.html
    assert f"{added}<code>+hot\n</code></div>" in file.html


def test_side_by_side_a_removed_line_stands_beside_its_successor():
    (file,) = render(make_diff("x"), Look(split=True))
    assert (
        '<div class="pair"><div class="del"><a id="f1L2" href="#f1L2" tabindex="-1">2</a>'
        '<code>-cold\n</code></div><div class="add"><a id="f1R2" href="#f1R2" tabindex="-1">2</a>'
        "<code>+hot\n</code></div></div>"
    ) in file.html


def test_side_by_side_no_line_is_lost():
    diff = "--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n-1\n-2\n+3\n\\ No newline\n 4\n+5\n+6\n-7\n"
    (file,) = render(diff, Look(split=True))
    for line in ("-1", "-2", "+3", "\\ No newline", " 4", "+5", "+6", "-7"):
        assert f"<code>{line}\n</code>" in file.html


def test_the_anchors_of_a_comments_diff_are_its_own():
    (file,) = render(make_diff("x"), Look(prefix="c7"))
    assert 'id="c7f1R2"' in file.html


def test_an_id_is_given_once_whatever_the_hunks_say():
    hunk = "@@ -1,1 +1,1 @@\n-a\n+b\n"
    (file,) = render(f"--- a/x\n+++ b/x\n{hunk}{hunk}")
    assert file.html.count('id="f1R1"') == 1


def test_code_is_coloured():
    (file,) = render(make_diff("a.c", old="return 1;", new="return 2;"))
    assert '+<span class="kw">return</span> <span class="nu wd">2</span>;' in file.html


def test_a_comment_over_several_lines_is_coloured_on_both_sides():
    (file,) = render("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,4 @@\n /* 1\n-22\n+3\n+return\n  */\n")
    for line in ("-22", "+3", "+return"):
        assert f'{line[0]}<span class="co">{line[1:]}</span>' in file.html


def test_changed_words_are_marked():
    (file,) = render(make_diff("x", old="pour the cold tea", new="pour the hot tea"))
    assert '-pour the <span class="wd">cold</span> tea' in file.html


def test_what_is_said_of_a_line_stands_beneath_it():
    (file,) = render(make_diff("x"), Look(notes={Place(1, 3): "<p>Why?</p>"}))
    assert "+hot\n</code></div><p>Why?</p><div>" in file.html


def test_a_rename_tells_the_former_name():
    (file,) = render("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n")
    assert (file.old, file.path) == ("x", "y")
    assert '<div class="head">rename from x</div>' in file.html


def test_a_binary_patch_is_folded():
    (file,) = render(
        "diff --git a/x b/x\nindex 1111111..2222222 100644\nGIT binary patch\n"
        "literal 2\nJcmZQzWMT#Y01f~L\n\n"
    )
    assert file.folded


def test_a_long_file_leaves_its_room_to_the_others():
    first, long, last = render(make_diff("a") + make_long_diff(MOST_LINES) + make_diff("b"))
    assert first.html
    assert last.html
    assert long.html is None


def test_a_file_by_itself_has_more_room():
    (file,) = split_files(make_long_diff(MOST_LINES_OF_FILE + 5))
    shown = render_one_file(file)
    assert shown.html.count("<code>") == MOST_LINES_OF_FILE
    assert shown.cut == 6


def test_a_page_has_one_room_for_all_its_diffs(monkeypatch):
    monkeypatch.setattr("patchtrack.web.diffs.MOST_FILES", 3)
    room, files = Room(), split_files(make_diff("a.c") + make_diff("b.c"))
    assert [len(render_diff(files, room)) for _ in range(3)] == [2, 1, 0]


def test_a_file_that_was_too_much_to_colour_says_so():
    long = make_long_diff(1_500, "x.c").replace("+x", "+return 1; /* boil */")
    assert [file.plain for file in render(make_diff("a.c") + long)] == [False, True]
    assert not render(make_long_diff(1_500, "README"))[0].plain


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("path", ["x", "x.c", EVIL])
def test_nothing_of_a_diff_is_markup(split, path):
    (file,) = render(
        make_diff(path, old=f'f({EVIL}, "a");', new=f'f({EVIL}, "b");'), Look(split=split)
    )
    assert "<script" not in file.html
    assert "\u202e" not in file.html


@pytest.mark.parametrize(
    "diff",
    [
        make_diff("x.c", old="x" * 1_000_000, new="y" * 1_000_000),
        make_diff("x.c", old='"' * 1_000_000, new="<" * 1_000_000),
        "".join(make_diff(f"{number}.c") for number in range(5_000)),
        make_long_diff(100_000, "x.c"),
        make_diff("a/" * 10_000),
    ],
)
@pytest.mark.parametrize("split", [False, True])
def test_a_hostile_diff_makes_no_long_page(diff, split):
    assert sum(len(file.html or "") for file in render(diff, Look(split=split))) < 1_000_000
