"""The address of a pull request is read from git's text of any age, wrapped or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.pull import LONGEST_URL, is_pull_url, read_pull_url

URL = "https://git.example.org/ada/frob.git"


def write_request(where: str, offer: str = "are available in the Git repository at:") -> str:
    return (
        "Please pull.\n\n"
        "The following changes since commit 1234567890123456789012345678901234567890:\n\n"
        "  Frob 1.0 (2024-01-02 03:04:05 +0000)\n\n"
        f"{offer}\n\n{where}\n\n"
        "for you to fetch changes up to 0987654321098765432109876543210987654321:\n\n"
        "  Frob more (2024-02-03 04:05:06 +0000)\n"
    )


@pytest.mark.parametrize(
    ("where", "url"),
    [
        (f"  {URL} for-next", f"{URL} for-next"),
        (f"  {URL} tags/frob-1.1", f"{URL} tags/frob-1.1"),
        (f"  {URL}", URL),
        (f"\t{URL}\n\ttags/frob-1.1", f"{URL} tags/frob-1.1"),
        (f"  {URL}\ntags/frob-1.1", f"{URL} tags/frob-1.1"),
        (f"  {URL} \\\n  tags/frob-1.1", f"{URL} tags/frob-1.1"),
        (f"  {URL}\t for-next  ", f"{URL} for-next"),
        (f"  {URL}\nThanks a lot", URL),
    ],
)
def test_url_and_ref_are_joined_by_one_blank(where, url):
    assert read_pull_url(write_request(where)) == url


@pytest.mark.parametrize(
    "url",
    [
        "git://git.example.org/frob",
        "http://git.example.org/frob",
        "ssh://ada@git.example.org:2222/frob",
        "git+ssh://git.example.org/frob",
        "git@git.example.org:ada/frob.git",
        "https://git.example.org/~ada/frob?x=y",
    ],
)
def test_every_network_address_of_git_is_read(url):
    assert read_pull_url(write_request(f"  {url} main")) == f"{url} main"


@pytest.mark.parametrize(
    "offer",
    [
        "are available in the git repository at:",
        "are found in the git repository at:",
        "are available in the\nGit repository at:",
        f"are available in the Git repository at: {URL} main\n",
    ],
)
def test_older_and_wrapped_texts_are_read(offer):
    assert read_pull_url(write_request(f"  {URL} main", offer)) == f"{URL} main"


@pytest.mark.parametrize(
    "message",
    [
        "",
        "The following changes since commit 1234567 are nice.\n",
        "are available in the Git repository at:\n\n  https://git.example.org/frob main\n",
        f"are available in the Git repository at: {URL}\nThe following changes since commit x\n",
        write_request("  /home/ada/frob main"),
        write_request("  a place of my own"),
        "".join(f"> {line}\n" for line in write_request(f"  {URL} main").splitlines()),
    ],
)
def test_other_text_asks_for_no_pull(message):
    assert read_pull_url(message) == ""


def test_a_long_url_is_kept_whole_and_a_longer_one_is_none():
    url = URL + "/x" * 300
    assert read_pull_url(write_request(f"  {url} main")) == f"{url} main"
    assert read_pull_url(write_request(f"  {URL}{'x' * LONGEST_URL} main")) == ""


@given(st.text(alphabet=" \n\thttps://git@x:\\", max_size=60))
def test_any_place_can_be_read(where):
    assert "\n" not in read_pull_url(write_request(where))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, True),
        (f"{URL} tags/x", True),
        ("git@example.org:tea.git main", True),
        ("", False),
        ("/srv/tea.git", False),
        (f"{URL} -x", False),
        (f"{URL} a b", False),
        (f"{URL}\n", False),
        (f"{URL} x\n", False),
        (f"{URL}{'x' * LONGEST_URL}", False),
    ],
)
def test_what_can_be_pulled_from(text, expected):
    assert is_pull_url(text) is expected
