"""The page of a series tells who reviewed what of it."""

import pytest

from patchtrack.web.reviews import format_numbers


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([3], "3"), ([1, 2], "1–2"), ([1, 2, 3, 5, 7, 8], "1–3, 5, 7–8")],
)
def test_numbers_that_follow_each_other_are_a_range(numbers, text):
    assert format_numbers(numbers) == text


def test_the_page_names_reviewers(client, series):
    page = client.get(f"/series/{series.pk}/").content.decode()
    assert '<bdi>Reviewer c</bdi> <span class="minor">Reviewed-by</span>' in page
    assert '<bdi>Reviewer a</bdi> <span class="minor">Reviewed-by, 1</span>' in page
