"""What a mail says that it needs is read under one name, however somebody wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.dependencies import MOST_DEPENDENCIES, read_dependencies
from ingest.mail.trailers import LONGEST_VALUE, read_trailers
from tests.ingest.mail.reading import parse

LORE = "https://lore.example.org/all/tea.1@example.org/"


def read_targets(*lines: str) -> list[str]:
    return [found.target for found in read_dependencies(read_trailers("\n".join(lines)))]


@pytest.mark.parametrize(
    "said",
    [
        "Depends-on: <tea.1@example.org>",
        "depends-on: tea.1@example.org",
        "DEPENDS-ON: <tea.1@example.org>.",
        'Depends-on: <tea.1@example.org> ("Boil water")',
        "Depends-on: the series <tea.1@example.org>",
        "Based-on: <tea.1@example.org>",
        "prerequisite-message-id: <tea.1@example.org>",
        "prerequisite-message-id: tea.1@example.org",
        f"Depends-on: {LORE}",
        f"Depends-on: [1] {LORE}",
        "Depends-on: https://lore.example.org/tea/tea.1@example.org/T/#u",
        "Depends-on: https://lore.example.org/tea/tea.1%40example.org",
        "Depends-on: http://pw.example.org/project/tea/patch/tea.1@example.org/",
        "Depends-on: http://pw.example.org/project/tea/cover/tea.1@example.org/mbox/",
    ],
)
def test_a_message_has_one_name(said):
    assert read_targets(said) == ["mid:tea.1@example.org"]


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("prerequisite-change-id: 20260101-tea-1234:v3", "change:20260101-tea-1234:v3"),
        ("prerequisite-change-id: tea:v1 # optional", "change:tea:v1"),
        ("prerequisite-change-id: tea", "change:tea"),
        ("Depends-on: series-12", "series:12"),
        ('Depends-on: patch-012 ("title of patch")', "patch:12"),
        ("Depends-on: https://pw.example.org/series/12/", "series:12@pw.example.org"),
        ("Depends-on: https://PW.example.org:443/series/12/mbox/", "series:12@pw.example.org"),
        ("Depends-on: http://pw.example.org:8000/patch/12", "patch:12@pw.example.org:8000"),
        ("Depends-on: https://pw.example.org/cover/12/", "patch:12@pw.example.org"),
        ("Depends-on: https://pw.example.org/api/1.3/patches/12/", "patch:12@pw.example.org"),
        ("Depends-on: https://pw.example.org/tea/list/?x=1&series=12", "series:12@pw.example.org"),
        ("Depends-on: https://example.org/a,b/pull/3,", "https://example.org/a,b/pull/3"),
        ("Depends-on: https://x.org/a%00b@x.org", "https://x.org/a%00b@x.org"),
        ("Depends-on: https://x.org/a%20b@x.org", "https://x.org/a%20b@x.org"),
        ("Depends-on: <a/b@example.org>", "mid:a/b@example.org"),
        ("Depends-on: https://lore.example.org/all/a%2Fb@example.org/", "mid:a/b@example.org"),
    ],
)
def test_other_things_have_names_too(said, target):
    assert read_targets(said) == [target]


@pytest.mark.parametrize(
    "said",
    [
        "Depends-on: <a@x.org>, <b@x.org>",
        "Depends-on: <a@x.org>,<b@x.org>",
        "Depends-on: <a@x.org><b@x.org>",
        "Depends-on: a@x.org,b@x.org",
        "Depends-on: a@x.org # which needs c@x.org\nDepends-on: b@x.org",
        "Depends-on: <a@x.org>\nprerequisite-message-id: <b@x.org>\nDepends-on: a@x.org",
    ],
)
def test_several_are_read_in_order_and_once(said):
    assert read_targets(said) == ["mid:a@x.org", "mid:b@x.org"]


@pytest.mark.parametrize(
    "said",
    [
        "Depends-on: nothing in particular",
        'Depends-on: commit 1234567 ("Boil water")',
        "Depends-on: @x.org",
        "Depends-on: tea@",
        "Depends-on: series-x",
        "Depends-on: git://example.org/tea.git",
        "Depends-on: git+ssh://jane@example.org/tea.git",
        "Depends-on: https://",
        "> Depends-on: <tea.1@example.org>",
        "prerequisite-change-id: tea:vx",
        "prerequisite-patch-id: 4ecfdbc58dd599d2358655e4ad742cbb9dde39f3",
        "Link: <tea.1@example.org>",
        "Depends-on: https://example.org/\0tea",
        "prerequisite-change-id: \0",
    ],
)
def test_what_names_nothing_is_passed_over(said):
    assert read_targets(said) == []


def test_an_address_is_kept_as_it_was_written():
    [found] = read_dependencies(read_trailers(f"Depends-on: {LORE}"))
    assert found.url == LORE


def test_a_name_that_was_cut_is_none():
    line = "Depends-on: <a@x.org> b@" + "x" * LONGEST_VALUE
    assert read_targets(line) == ["mid:a@x.org"]


def test_so_many_are_enough():
    lines = [f"Depends-on: {number}@x.org" for number in range(3 * MOST_DEPENDENCIES)]
    assert read_targets(*lines) == [f"mid:{number}@x.org" for number in range(MOST_DEPENDENCIES)]


def test_they_are_read_of_a_whole_mail():
    mail = parse("Message-ID: <x@x.org>", body="Hello.\n\n---\nDepends-on: <a@x.org>\n")
    assert [found.target for found in mail.dependencies] == ["mid:a@x.org"]


_PIECES = st.sampled_from(
    ["<", ">", "@", ",", '"', "%00", "%2F", "://", "https://", "h/", "series-", "/series/",
     "?series=", "1" * 19, "7", ":v2", "#", " ", "é", "\x7f", "\0", "a" * 260]
)  # fmt: skip
_VALUES = st.lists(_PIECES | st.text(max_size=9), max_size=30).map("".join)
_KEYS = st.sampled_from(["Depends-on", "prerequisite-change-id", "prerequisite-message-id"])


@given(st.lists(st.tuples(_KEYS, _VALUES), max_size=9))
def test_whatever_is_said_the_names_are_bounded_and_plain(lines):
    text = "".join(f"{key}: {value}\n" for key, value in lines)
    found = read_dependencies(read_trailers(text))
    assert len(found) <= MOST_DEPENDENCIES
    assert len({one.target for one in found}) == len(found)
    for one in found:
        assert max(len(one.target), len(one.url)) <= LONGEST_VALUE
        assert one.target.isprintable() or one.target.startswith(("mid:", "http", "change:"))
        assert not {"\0", "\n"} & set(one.target + one.url)
