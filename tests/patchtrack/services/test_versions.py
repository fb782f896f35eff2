"""Two versions of a series are read from their mails."""

import pytest

from patchtrack.models import Series
from patchtrack.services.versions import find_family, find_versions
from tests.factories import deliver, make_diff, make_mail


def send(project, version: int, *words: str, name: str = "Tea", cover: str = "Hello.") -> Series:
    """A series of a cover and a patch for each word, sent in full."""
    prefix = f"PATCH v{version}"
    mails = [
        make_mail(
            subject=f"[{prefix} {number}/{len(words)}] {name if number == 0 else number}",
            message_id=f"{number}.v{version}@example.org",
            in_reply_to=f"0.v{version}@example.org" if number else "",
            body=f"{cover}\n",
            diff=make_diff(new=words[number - 1]) if number else "",
        )
        for number in range(len(words) + 1)
    ]
    deliver(project, *mails)
    return Series.objects.select_related("cover__message").get(version=version)


def test_patches_come_in_order_as_they_were_sent(project):
    old, new = find_versions(send(project, 1, "hot", "warm"), send(project, 2, "cold"))
    assert [patch.number for patch in old.patches] == [1, 2]
    assert [sent.name for sent in old.sent] == ["1", "2"]
    assert "+warm" in old.sent[1].diff
    assert old.sent[0].author == "Alice Spout <alice@example.org>"
    assert "+cold" in new.sent[0].diff


def test_a_cover_letter_comes_with_its_text(project):
    old, _ = find_versions(send(project, 1, "hot"), send(project, 2, "cold"))
    assert (old.letter.name, old.letter.message) == ("Tea", "Hello.\n")


def test_a_series_without_cover_has_no_letter(project):
    deliver(project, make_mail(diff=make_diff()))
    series = Series.objects.get()
    version, _ = find_versions(series, series)
    assert (version.cover, version.letter) == (None, None)


def test_of_a_long_series_only_the_first_patches_are_read(project, monkeypatch):
    monkeypatch.setattr("patchtrack.services.versions.MOST_PATCHES", 2)
    old, _ = find_versions(send(project, 1, *"abcde"), send(project, 2, "x"))
    assert [sent.name for sent in old.sent] == ["1", "2"]
    assert old.left_out == 3


def test_of_large_mails_only_the_small_ones_are_read(project, monkeypatch):
    monkeypatch.setattr("patchtrack.services.versions.MOST_BYTES", 10_000)
    old, new = find_versions(send(project, 1, "hot", "x" * 10_000), send(project, 2, "cold"))
    assert [sent.unread for sent in (*old.sent, *new.sent)] == [False, True, False]


@pytest.mark.parametrize("version", [1, 3])
def test_a_family_is_both_series_and_all_revisions(project, version):
    sent = {number: send(project, number, "hot") for number in (3, 1, 2)}
    stranger = send(project, 7, "cold", name="Coffee")
    assert find_family(sent[version], stranger) == [sent[1], sent[2], sent[3], stranger]
