"""What tools fetch, at the addresses and under the names that Patchwork's clients expect."""

import mailbox
from contextlib import closing

import pytest

from patchtrack.models import Message, Patch
from tests.factories import deliver, make_diff, make_mail

PATCH = "/project/teapot/patch/1@example.org/"
LAST = "/project/teapot/patch/3@example.org/"


def read_subjects(content: bytes, tmp_path) -> list[str]:
    path = tmp_path / "mbox"
    path.write_bytes(content)
    with closing(mailbox.mbox(path)) as mails:
        return [mail["Subject"] for mail in mails]


def test_a_patchs_mbox_is_named_for_clients(client, series):
    response = client.get(f"{PATCH}mbox/")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=v2-1-3-Part-1.patch"


def test_a_patchs_mbox_has_the_trailers_of_its_comments(client, series):
    content = client.get(f"{PATCH}mbox/").content.decode()
    trailers = "".join(f"Reviewed-by: Reviewer {own} <{own}@example.org>\n" for own in "ab")
    assert f"This is part 1.\n\n{trailers}---\n" in content


@pytest.mark.parametrize("wanted", ["*", "{series.pk}"])
def test_a_patchs_mbox_brings_what_it_depends_on(client, series, tmp_path, wanted):
    content = client.get(f"{LAST}mbox/?series={wanted.format(series=series)}").content
    assert read_subjects(content, tmp_path) == ["[PATCH v2 1/3] Part 1", "[PATCH v2 3/3] Part 3"]


@pytest.mark.parametrize("wanted", ["4711", "x", "", "9" * 5000])
def test_a_patchs_mbox_of_a_series_that_is_not_its_own_is_not_found(client, series, wanted):
    assert client.get(f"{LAST}mbox/?series={wanted}").status_code == 404


def test_a_series_mbox_has_its_patches_in_order(client, series, tmp_path):
    response = client.get(f"/series/{series.pk}/mbox/")
    assert response.headers["Content-Disposition"] == "attachment; filename=Part-0.patch"
    assert read_subjects(response.content, tmp_path) == [
        "[PATCH v2 1/3] Part 1",
        "[PATCH v2 3/3] Part 3",
    ]


def test_a_covers_mbox_is_the_cover(client, series):
    response = client.get("/project/teapot/cover/0@example.org/mbox/")
    assert response.headers["Content-Disposition"] == "attachment; filename=v2-0-3-Part-0.mbox"
    assert b"This is part 0." in response.content


def test_a_patchs_diff_is_its_diff(client, series):
    response = client.get(f"{PATCH}raw/")
    assert response.headers["Content-Type"] == "text/x-patch; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=v2-1-3-Part-1.diff"
    assert response.content.decode() == make_diff("part1.c")


def test_a_name_without_a_single_letter_for_a_file_is_the_id(client, project):
    deliver(
        project, make_mail(subject="[PATCH] 茶壺", message_id="1@example.org", diff=make_diff())
    )
    disposition = client.get(f"{PATCH}mbox/").headers["Content-Disposition"]
    assert disposition == f"attachment; filename={Patch.objects.get().pk}.patch"


def test_a_raw_mail_is_text_to_the_byte(client, project):
    raw = make_mail(message_id="1@example.org", body="<script>alert(1)</script>\n\r\n")
    deliver(project, raw)
    response = client.get("/project/teapot/mail/1@example.org/raw/")
    assert response.content == raw
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("kind", "name", "leaf", "target"),
    [
        ("patch", "1", "", PATCH),
        ("patch", "1", "mbox/", f"{PATCH}mbox/"),
        ("patch", "1", "raw/", f"{PATCH}raw/"),
        ("patch", "1", "mbox/?series=*", f"{PATCH}mbox/?series=*"),
        ("cover", "0", "", "/project/teapot/cover/0@example.org/"),
        ("cover", "0", "mbox/", "/project/teapot/cover/0@example.org/mbox/"),
        ("comment", "a", "", f"{PATCH}#"),
        ("comment", "c", "", "/project/teapot/cover/0@example.org/#"),
    ],
)
def test_ids_lead_to_message_ids(client, series, kind, name, leaf, target):
    row = Message.objects.get(message_id=f"{name}@example.org").pk
    response = client.get(f"/{kind}/{row}/{leaf}")
    assert response.status_code == 302
    assert response.headers["Location"] == (target + str(row) if target.endswith("#") else target)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("cover/1@example.org/", "patch/1@example.org/"),
        ("patch/0@example.org/", "cover/0@example.org/"),
        ("patch/0@example.org/mbox/", "cover/0@example.org/mbox/"),
        ("cover/1@example.org/mbox/", "patch/1@example.org/mbox/"),
    ],
)
def test_patch_and_cover_lead_to_each_other(client, series, url, target):
    response = client.get(f"/project/teapot/{url}")
    assert response.headers["Location"] == f"/project/teapot/{target}"


def test_a_comments_message_id_leads_to_where_it_stands(client, series):
    row = Message.objects.get(message_id="a@example.org").pk
    response = client.get("/project/teapot/patch/a@example.org/")
    assert response.headers["Location"] == f"{PATCH}#{row}"
