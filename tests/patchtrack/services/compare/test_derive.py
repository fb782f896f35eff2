"""What became of the patches of a series, beyond what git says; see test_git for that."""

import random

import pytest

from patchtrack.services.compare import (
    Aspect,
    Comparison,
    SentPatch,
    Sign,
    compare_letters,
    compare_series,
)
from tests.factories import ALICE, make_diff


def make_patch(name: str, diff: str, message: str = "", author: str = ALICE) -> SentPatch:
    return SentPatch(name=name, author=author, message=message, diff=diff)


def make_file(path: str, *words: str) -> str:
    """A diff that makes a file with a line for each word."""
    lines = "".join(f"+{word} and more of it\n" for word in words)
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..1111111\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(words)} @@\n{lines}"
    )


def show(comparison: Comparison) -> list[str]:
    """Each row in short: 1!2 if the old first patch has become the new second one."""
    return [
        f"{'-' if row.old is None else row.old + 1}{row.sign}"
        f"{'-' if row.new is None else row.new + 1}"
        for row in comparison.rows
    ]


TEA, MILK, SUGAR = "assam ceylon darjeeling".split(), "cow goat oat".split(), "cane beet".split()


def test_what_git_leaves_alone_is_matched_by_its_name():
    old = [make_patch("Make tea", make_file("a.c", *TEA))]
    new = [make_patch("make tea!", make_file("b.c", *MILK)), make_patch("Eat", make_diff())]
    assert show(compare_series(old, new)) == ["1!1", "->2"]


def test_a_name_that_several_have_matches_none():
    old = [make_patch("Fix", make_file("a.c", *TEA))]
    new = [make_patch("Fix", make_file(f"{n}.c", *MILK)) for n in range(2)]
    assert show(compare_series(old, new)) == ["1<-", "->1", "->2"]


def test_what_git_leaves_alone_is_matched_by_what_it_does():
    context = [make_diff().replace("water", f"w{n}").replace("leaves", f"l{n}") for n in range(2)]
    bodies = [
        text.replace("@@ -1,3", "@@ -1,9").replace("+1,3", "+1,9").replace(
            "-cold\n", "".join(f" {n}{row}\n" for row in range(6)) + "-cold enough\n"
        ).replace("+hot\n", "+hot enough\n")
        for n, text in enumerate(context)
    ]  # fmt: skip
    old, new = [make_patch("Heat", bodies[0])], [make_patch("Boil", bodies[1])]
    assert show(compare_series(old, new)) == ["1!1"]


def test_of_equal_diffs_that_with_the_same_name_is_meant():
    old = [make_patch("One", make_diff()), make_patch("Two", make_diff())]
    assert show(compare_series(old, old[::-1])) == ["2=1", "1=2"]


def test_a_patch_that_was_split_is_told():
    whole = make_patch("Serve", make_file("a.c", *TEA, *TEA, *MILK) + make_file("b.c", *SUGAR))
    parts = [
        make_patch("Serve", make_file("a.c", *TEA, *TEA, *MILK)),
        make_patch("Add sugar", make_file("b.c", *SUGAR)),
    ]
    comparison = compare_series([whole], parts)
    assert show(comparison) == ["1!1", "->2"]
    assert (comparison.split, comparison.squashed) == ({1: 0}, {})


def test_patches_that_were_squashed_are_told():
    whole = make_patch("Serve", make_file("a.c", *TEA, *TEA, *MILK) + make_file("b.c", *SUGAR))
    parts = [
        make_patch("Add sugar", make_file("b.c", *SUGAR)),
        make_patch("Serve", make_file("a.c", *TEA, *TEA, *MILK)),
    ]
    comparison = compare_series(parts, [whole])
    assert show(comparison) == ["1<-", "2!1"]
    assert (comparison.split, comparison.squashed) == ({}, {0: 0})


def test_a_new_patch_that_does_what_another_still_does_is_no_part_of_it():
    old = [make_patch("Serve", make_file("a.c", *TEA, *MILK))]
    new = [*old, make_patch("Serve again", make_file("a.c", *TEA))]
    assert compare_series(old, new).split == {}


SENT = make_patch("Pour", make_diff(), "It spills.\n\nSigned-off-by: A <a@example.org>\n")


@pytest.mark.parametrize(
    ("new", "aspects"),
    [
        (make_patch("Pour well", SENT.diff, SENT.message), ["name"]),
        (make_patch("Pour", SENT.diff, SENT.message, "B <b@example.org>"), ["author"]),
        (make_patch("Pour", SENT.diff, SENT.message.replace("spills", "runs")), ["message"]),
        (make_patch("Pour", SENT.diff, SENT.message + "Acked-by: B <b@b.org>\n"), ["trailers"]),
        (make_patch("Pour", make_diff(new="warm"), SENT.message), ["code"]),
        (make_patch("Pour", SENT.diff.replace(" leaves", " bags"), SENT.message), ["context"]),
        (make_patch("Pour", make_diff(new="warm"), "Heat."), ["message", "trailers", "code"]),
    ],
)
def test_what_has_changed_is_named(new: SentPatch, aspects):
    (row,) = compare_series([SENT], [new]).rows
    assert row.sign == Sign.CHANGED
    assert row.aspects == tuple(map(Aspect, aspects))


def test_notes_below_the_message_change_nothing():
    new = make_patch("Pour", SENT.diff, SENT.message + "---\nv2: more of it\n")
    assert show(compare_series([SENT], [new])) == ["1=1"]


def test_what_was_not_read_is_not_compared():
    comparison = compare_series([SENT], [SentPatch(name="Pour", unread=True)])
    assert show(comparison) == ["1?1"]
    assert comparison.rows[0].lines == ()


def test_series_without_patches_compare():
    assert show(compare_series([], [])) == []
    assert show(compare_series([SENT], [])) == ["1<-"]


def test_cover_letters_are_compared():
    one, other = SentPatch(name="Tea", message="Hot."), SentPatch(name="Tea", message="Cold.")
    assert compare_letters(one, one).sign == Sign.UNCHANGED
    assert compare_letters(None, one).sign == Sign.NEW
    assert compare_letters(one, None).sign == Sign.DROPPED
    assert compare_letters(one, SentPatch(name="Tea", unread=True)).sign == Sign.UNREAD
    assert compare_letters(None, None) is None
    changed = compare_letters(one, other)
    assert [line.sign + line.text for line in changed.lines if line.sign in "+-"] == [
        "-    Hot.",
        "+    Cold.",
    ]


def make_noise(seed: int, lines: int, words: str) -> str:
    """A file of random lines, such that much is alike and little is equal."""
    numbers = random.Random(seed)
    return make_file("a.c", *(numbers.choice(words) for _ in range(lines)))


@pytest.mark.parametrize(
    ("patches", "lines", "words"), [(100, 100, "ab"), (2, 40_000, "ab"), (60, 500, "abcdefghijkl")]
)
def test_comparing_hostile_series_comes_to_an_end(patches, lines, words):
    """Without a bound on the steps each of these would take many minutes."""
    old, new = (
        [make_patch(f"{n}", make_noise(seed + n, lines, words)) for n in range(patches)]
        for seed in (0, 1000)
    )
    assert len(compare_series(old, new).rows) >= patches
