"""A diff becomes HTML, file by file."""

from patchtrack.web.diffs import MOST_LINES, render_diff
from tests.factories import make_diff


def test_each_file_has_its_name_and_its_counts():
    files = render_diff(make_diff("a.c") + make_diff("b.c"))
    assert [(file.path, file.added, file.removed) for file in files] == [
        ("a.c", 1, 1),
        ("b.c", 1, 1),
    ]


def test_lines_are_marked_by_what_they_do():
    (file,) = render_diff(make_diff(old="cold <b>", new="hot"))
    assert '<span class="hunk">@@ -1,3 +1,3 @@</span><span> water:</span>' in file.html
    assert '<span class="del">-cold &lt;b&gt;</span><span class="add">+hot</span>' in file.html


def test_a_rename_tells_the_former_name():
    (file,) = render_diff("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n")
    assert (file.old, file.path) == ("x", "y")


def test_a_binary_patch_is_folded():
    (file,) = render_diff(
        "diff --git a/x b/x\nindex 1111111..2222222 100644\nGIT binary patch\n"
        "literal 2\nJcmZQzWMT#Y01f~L\n\n"
    )
    assert file.folded


def test_a_long_diff_does_not_fill_the_page():
    lines = "+x\n" * MOST_LINES
    long = f"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,{MOST_LINES} @@\n{lines}"
    first, second = render_diff(make_diff("short.c") + long)
    assert first.html
    assert second.html is None


def test_a_diff_of_many_files_does_not_fill_the_page(monkeypatch):
    monkeypatch.setattr("patchtrack.web.diffs.MOST_FILES", 1)
    assert len(render_diff(make_diff("a.c") + make_diff("b.c"))) == 1
