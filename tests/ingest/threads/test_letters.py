"""A letter that nobody numbered is the cover of the patches that were sent in answer to it."""

import pytest

from ingest.threads import derive
from tests.ingest.threads.builders import BOB, message, only_series, series_of

LETTER = message("a0", "teapot fixes", diff=False)
MINUTE = 60


def patch(number: int, **more):
    subject = more.pop("subject", f"[PATCH v2 {number}/2] part {number}")
    return message(f"a{number}", subject, **({"to": "a0", "at": number} | more))


def test_it_is_the_cover_of_its_patches():
    series = only_series([LETTER, patch(1), patch(2)])
    assert (series.head, series.name) == ("a0", "teapot fixes")
    assert (series.version, series.total, series.complete) == (2, 2, True)


def test_one_patch_that_answers_it_directly_is_enough():
    assert series_of([LETTER, patch(1), patch(2, to="a1 a0")]) == {"a0": "a0 a1 a2"}


def test_who_answers_it_comments_on_a_cover():
    answer = message("re", "Re: teapot fixes", to="a0", sender=BOB)
    plan = derive([LETTER, patch(1), answer])
    assert (plan.messages["re"].kind, plan.messages["re"].parent) == ("comment", "a0")


def test_each_version_has_its_own():
    later = message("b0", "teapot fixes, again", at=9 * MINUTE, diff=False)
    again = message("b1", "[PATCH v2 1/2] part 1", to="b0", at=9 * MINUTE + 1)
    assert series_of([LETTER, patch(1), later, again]) == {"a0": "a0 a1", "b0": "b0 b1"}


@pytest.mark.parametrize(
    "mail",
    [
        patch(1, sender=BOB),
        patch(1, at=21 * MINUTE),
        patch(1, to="other a0"),
        patch(1, subject="[PATCH] alone"),
        patch(1, diff=False),
    ],
    ids=["another sender's", "later", "an answer to its answer", "unnumbered", "without a diff"],
)
def test_without_such_a_patch_it_is_nothing_in_particular(mail):
    assert derive([LETTER, mail]).messages["a0"].kind == "other"


@pytest.mark.parametrize(
    "letter",
    [
        message("a0", "Re: teapot fixes"),
        message("a0", "teapot fixes", to="b0", diff=False),
        message("a0", "[PATCH 3/7] teapot fixes", diff=False),
    ],
    ids=["a reply", "an answer", "a numbered mail without its diff"],
)
def test_what_is_no_letter(letter):
    assert derive([letter, patch(1)]).messages["a0"].kind == "other"


def test_beside_a_cover_it_is_talk():
    cover = message("c0", "[PATCH v2 0/2] teapot fixes", to="a0", at=1)
    assert series_of([LETTER, cover, patch(1, to="c0 a0", at=2)]) == {"c0": "a1 c0"}
