"""Who vouched for what: by trailers of patches, of comments, and of replies to the cover."""

import pytest

from patchtrack.models import Patch, Tag
from patchtrack.services.reviews import Review, derive_reviews, find_said
from patchtrack.services.series import find_patches
from tests.factories import deliver, make_mail


def find_reviews(series) -> list[Review]:
    patches = find_patches(series)
    said = find_said(getattr(series, "cover", None), patches)
    return derive_reviews(patches, said, Tag.objects.all())


def reply(to: str, *trailers: str, own: str = "x") -> bytes:
    body = "\n".join(["Thank you.", "", *trailers, ""])
    return make_mail(
        subject="Re: tea", message_id=f"{own}@x.org", in_reply_to=f"{to}@example.org", body=body
    )


def test_a_word_on_a_patch_is_for_that_patch_and_one_on_the_cover_for_all(series):
    assert find_reviews(series) == [
        Review(who="Reviewer c", tag="Reviewed-by", patches=()),
        Review(who="Reviewer a", tag="Reviewed-by", patches=(1,)),
        Review(who="Reviewer b", tag="Reviewed-by", patches=(1,)),
    ]


def test_the_words_of_one_person_are_taken_together(project, series):
    deliver(project, reply("3", "Reviewed-by: R. A. <A@example.org>"))
    assert Review(who="Reviewer a", tag="Reviewed-by", patches=(1, 3)) in find_reviews(series)


def test_words_of_other_kinds_stand_by_themselves(project, series):
    deliver(project, reply("3", "Acked-by: Reviewer a <a@example.org>", "Fixes: 1234567 (tea)"))
    tags = {(one.who, one.tag) for one in find_reviews(series)}
    assert ("Reviewer a", "Acked-by") in tags
    assert {tag for _, tag in tags} == {"Reviewed-by", "Acked-by"}


def test_what_a_patch_itself_says_counts(series):
    message = Patch.objects.get(number=3).message
    message.trailers = {"Tested-by": ["Joe"]}
    message.save()
    assert Review(who="Joe", tag="Tested-by", patches=(3,)) in find_reviews(series)


@pytest.mark.parametrize("value", ["", "<>", "\x00", "@", "a" * 5000])
def test_any_trailer_can_be_read(series, value):
    message = Patch.objects.get(number=3).message
    message.trailers = {"Tested-by": [value]}
    tags = Tag.objects.all()
    (review,) = derive_reviews([Patch(number=3, message=message)], [], tags)
    assert (review.tag, review.patches) == ("Tested-by", (3,))


def test_what_is_said_is_found_in_one_query(series, django_assert_num_queries):
    patches, cover = find_patches(series), series.cover
    with django_assert_num_queries(1):
        assert {one.message.author.name for one in find_said(cover, patches)} == {
            "Reviewer a", "Reviewer b", "Reviewer c",
        }  # fmt: skip
