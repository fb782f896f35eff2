"""What `git am` accepts as sent comes out of our mbox as `git am` accepts it."""

import base64
import quopri
from collections.abc import Callable

import pytest

from patchtrack.models import Patch
from patchtrack.services.mbox import format_mbox
from patchtrack.services.stored import find_patch_items
from tests.factories import deliver, make_mail
from tests.patchtrack.git import Repository

pytestmark = pytest.mark.any_database


def read_mbox() -> bytes:
    """Our mbox of all patches there are."""
    patches = Patch.objects.select_related("delegate").order_by("number", "pk")
    return format_mbox(find_patch_items(patches))


def change_text(repository: Repository) -> None:
    text = (repository.path / "kettle.c").read_bytes()
    repository.write("kettle.c", text.replace(b"line 7\n", b"line seven\n"))
    repository.commit("Buy a new kettle")


def change_binary_and_rename(repository: Repository) -> None:
    repository.write("logo.bin", bytes(range(255, -1, -1)) * 8)
    text = (repository.path / "kettle.c").read_bytes()
    (repository.path / "kettle.c").unlink()
    repository.write("pot.c", text.replace(b"line 7\n", b"line seven\n"))
    repository.commit("Turn the logo round and rename the kettle")


def rename_only(repository: Repository) -> None:
    repository.run("mv", "kettle.c", "pot.c")
    repository.commit("Rename the kettle")


def change_mode_only(repository: Repository) -> None:
    (repository.path / "kettle.c").chmod(0o755)
    repository.commit("Make the kettle run")


def change_binary_only(repository: Repository) -> None:
    repository.write("logo.bin", b"\0\1\2")
    repository.commit("Shrink the logo")


def add_empty_file(repository: Repository) -> None:
    repository.write("empty", b"")
    repository.commit("Add an empty cup")


def remove_file(repository: Repository) -> None:
    (repository.path / "dos.txt").unlink()
    repository.commit("Drop DOS")


def change_crlf_file(repository: Repository) -> None:
    repository.write("dos.txt", b"one\r\nzwei\r\nthree\r\n")
    repository.commit("Translate for DOS")


def change_latin_1_file(repository: Repository) -> None:
    repository.write("latin.txt", "un thé\ndeux cafés\ntrois thés\n".encode("latin-1"))
    repository.commit("Drink coffee")


def write_utf_8_names(repository: Repository) -> None:
    repository.write("thé/théière.txt", "Grüße\n".encode())
    repository.commit("Añadir una tetera\n\nFür alle: 茶壺 ☕")


def end_without_newline(repository: Repository) -> None:
    repository.write("kettle.c", b"From here to there\nno end")
    repository.commit("Write without an end")


def write_from_lines(repository: Repository) -> None:
    repository.write("kettle.c", b"From the file\n>From the file\n")
    repository.commit(
        "Tell from where\n\nFrom the beginning it was so.\n>From the end too.\n"
        "From jane@example.org Mon Jan  5 09:00:00 2026"
    )


def write_long_line(repository: Repository) -> None:
    repository.write("kettle.c", b"long " * 1000 + b"\n")
    repository.commit("Write a long line")


CHANGES = [
    change_text,
    change_binary_and_rename,
    rename_only,
    change_mode_only,
    change_binary_only,
    add_empty_file,
    remove_file,
    change_crlf_file,
    change_latin_1_file,
    write_utf_8_names,
    end_without_newline,
    write_from_lines,
    write_long_line,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_commit_survives(project, repository: Repository, change: Callable[[Repository], None]):
    change(repository)
    tree, message = repository.read_tree(), repository.read_message()
    deliver(project, *repository.format_patches())
    repository.reset()
    repository.apply(read_mbox())
    assert (repository.read_tree(), repository.read_message()) == (tree, message)


def split_mail(mail: bytes) -> tuple[bytes, bytes]:
    header, _, body = mail.partition(b"\n\n")
    return header, body


def encode_base64(mail: bytes) -> bytes:
    header, body = split_mail(mail)
    return header + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(body)


def encode_quoted_printable(mail: bytes) -> bytes:
    header, body = split_mail(mail)
    lines = [quopri.encodestring(line) for line in body.split(b"\r\n")]
    header += b"\nContent-Transfer-Encoding: quoted-printable\n\n"
    return header + b"=0D\n".join(lines)


def end_lines_with_crlf(mail: bytes) -> bytes:
    return mail.replace(b"\n", b"\r\n")


def claim_ascii(mail: bytes) -> bytes:
    header, body = split_mail(mail)
    return header + b"\nContent-Type: text/plain; charset=us-ascii\n\n" + body


def claim_utf_8(mail: bytes) -> bytes:
    return claim_ascii(mail).replace(b"us-ascii", b"utf-8")


def add_footer(mail: bytes) -> bytes:
    return mail + b"_" * 40 + b"\nteapot mailing list\nhttps://lists.example.org/\n"


def attach(mail: bytes) -> bytes:
    """The commit's message as text, its diff as a file that nobody says is text."""
    header, body = split_mail(mail)
    message, _, diff = body.partition(b"---\n")
    return header + (
        b"\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cup\n\n"
        b"--cup\nContent-Type: text/plain; charset=utf-8\n\n" + message + b"\n"
        b"--cup\nContent-Type: application/octet-stream; name=0001.patch\n"
        b"Content-Disposition: attachment; filename=0001.patch\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(diff) + b"--cup--\n"
    )


def add_html(mail: bytes) -> bytes:
    header, body = split_mail(mail)
    return header + (
        b"\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=cup\n\n"
        b"--cup\nContent-Type: text/plain; charset=utf-8\n\n" + body + b"\n"
        b"--cup\nContent-Type: text/html\n\n<p>diff --git a/x b/x</p>\n--cup--\n"
    )


def flow(mail: bytes) -> bytes:
    """As mailers do that keep to RFC 3676, section 4.4."""
    header, body = split_mail(mail)
    lines = [b" " + line if line.startswith((b" ", b">", b"From ")) else line
             for line in body.split(b"\n")]  # fmt: skip
    return header + b"\nContent-Type: text/plain; format=flowed\n\n" + b"\n".join(lines)


def claim_flowed(mail: bytes) -> bytes:
    header, body = split_mail(mail)
    return header + b"\nContent-Type: text/plain; format=flowed\n\n" + body


@pytest.mark.parametrize(
    ("send", "change"),
    [
        (encode_base64, change_text),
        (encode_base64, change_crlf_file),
        (encode_quoted_printable, change_crlf_file),
        (encode_quoted_printable, write_from_lines),
        (end_lines_with_crlf, change_binary_and_rename),
        (claim_ascii, change_latin_1_file),
        (claim_utf_8, change_latin_1_file),
        (add_footer, change_text),
        (add_footer, change_binary_only),
        (attach, change_text),
        (attach, change_crlf_file),
        (attach, change_binary_and_rename),
        (add_html, change_text),
        (flow, change_text),
        (claim_flowed, change_mode_only),
        (claim_flowed, change_crlf_file),
    ],
    ids=lambda function: function.__name__,
)
def test_a_commit_survives_its_way(
    project,
    repository: Repository,
    send: Callable[[bytes], bytes],
    change: Callable[[Repository], None],
):
    change(repository)
    tree = repository.read_tree()
    deliver(project, *map(send, repository.format_patches()))
    repository.reset()
    repository.apply(read_mbox())
    assert repository.read_tree() == tree


@pytest.mark.parametrize("option", ["--attach", "--inline"])
def test_a_patch_that_git_attached_survives(project, repository: Repository, option: str):
    change_binary_and_rename(repository)
    tree = repository.read_tree()
    deliver(project, *repository.format_patches(option))
    repository.reset()
    repository.apply(read_mbox())
    assert repository.read_tree() == tree


def test_a_crlf_file_survives_a_mailer_that_ends_all_lines_so(project, repository: Repository):
    change_crlf_file(repository)
    tree = repository.read_tree()
    (mail,) = repository.format_patches()
    header, body = split_mail(mail)
    all_crlf = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    deliver(project, encode_base64(header + b"\n\n" + all_crlf))
    repository.reset()
    repository.apply(read_mbox())
    assert repository.read_tree() == tree


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "x-unknown"])
def test_a_message_whose_charset_lies_is_kept(project, repository: Repository, charset: str):
    change_text(repository)
    (mail,) = repository.format_patches()
    header, body = split_mail(mail)
    claim = f"\nContent-Type: text/plain; charset={charset}\n\n".encode()
    deliver(project, header + claim + "Un thé, bitte.\n".encode("latin-1") + body)
    repository.reset()
    repository.apply(read_mbox())
    assert "Un thé, bitte." in repository.read_message()


def test_a_series_with_its_cover_letter_becomes_its_commits(project, repository: Repository):
    for change in (change_text, write_utf_8_names, change_crlf_file):
        change(repository)
    commits = repository.run("log", "--format=%s%n%T", "base..HEAD")
    mails = repository.format_patches("--cover-letter")
    deliver(project, *reversed(mails))
    repository.reset()
    repository.apply(read_mbox())
    assert repository.run("log", "--format=%s%n%T", "base..HEAD") == commits


def test_trailers_of_replies_are_in_the_commit(project, repository: Repository):
    change_text(repository)
    (mail,) = repository.format_patches()
    parent = mail.partition(b"Message-Id: <")[2].partition(b">")[0].decode()
    reply = make_mail(
        subject="Re: [PATCH] Buy a new kettle",
        sender="Bob <bob@example.org>",
        in_reply_to=parent,
        body="Fine.\n\nReviewed-by: Bob Lid <bob@example.org>\n",
    )
    deliver(project, mail, reply)
    repository.reset()
    repository.apply(read_mbox())
    assert repository.read_message().endswith("\n\nReviewed-by: Bob Lid <bob@example.org>\n\n")


def test_the_author_behind_a_rewritten_sender_is_the_commits(project, repository: Repository):
    change_text(repository)
    (mail,) = repository.format_patches()
    rewritten = mail.replace(
        b"From: Alice Spout <alice@example.org>",
        b"From: Zo\xc3\xab Brew via Teapot <teapot@lists.example.org>\n"
        b"Reply-To: Zo\xc3\xab Brew <zoe@example.org>\n"
        b"List-Post: <mailto:teapot@lists.example.org>",
    )
    deliver(project, rewritten)
    repository.reset()
    repository.apply(read_mbox())
    author = repository.run("log", "-1", "--format=%an <%ae>").decode()
    assert author == "Zoë Brew <zoe@example.org>\n"
