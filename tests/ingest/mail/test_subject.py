"""Subjects are read as people write them."""

import pytest

from ingest.mail.subject import split_subject

# Version, label, number and total.
READINGS = {
    "[PATCH] boil": (1, "", None, None),
    "[PATCH 3/7] boil": (1, "", 3, 7),
    "[PATCH 00/10] boil": (1, "", 0, 10),
    "[PATCH 009/185] boil": (1, "", 9, 185),
    "[PATCHv3 1/2] boil": (3, "", 1, 2),
    "[RFCv2 PATCH 1/3] boil": (2, "", 1, 3),
    "[PATCH-v2 1/2] boil": (2, "", 1, 2),
    "[PATCH v2-resend 1/2] boil": (2, "resend", 1, 2),
    "PATCH1/8 boil": (1, "", 1, 8),
    "[PATCH1/8] boil": (1, "", 1, 8),
    "PATCH v2 1/8: boil": (2, "", 1, 8),
    "[1 of 3] boil": (1, "", 1, 3),
    "[PATCH 1 of 3] boil": (1, "", 1, 3),
    "[PATCH] 1 of 3: boil": (1, "", 1, 3),
    "[PATCH][v2][1/2] boil": (2, "", 1, 2),
    "[PATCH] [1/2] boil": (1, "", 1, 2),
    "[PATCH] 1/2: boil": (1, "", 1, 2),
    "[PATCH] v3 1/2: boil": (3, "", 1, 2),
    "[PATCH 1 / 3] boil": (1, "", 1, 3),
    "[PATCH nft 2/2,v2] boil": (2, "", 2, 2),
    "[PATCH, v2, 2/2] boil": (2, "", 2, 2),
    "[LTP] [PATCH v2 1/4] boil": (2, "", 1, 4),
    "[PATCH 3/4/5] boil": (1, "", 3, 4),
    "[PATCH 0/N] boil": (1, "", 0, 0),
    "[RFC PATCH v3 00/xx] boil": (3, "", 0, 0),
    "[PATCH v4 0/many] boil": (4, "", 0, 0),
    "[PATCH v5.1 10/12] boil": (5, "5.1", 10, 12),
    "[PATCH v2 resend 2/2] boil": (2, "resend", 2, 2),
    "[RESEND PATCH v2 2/2] boil": (2, "resend", 2, 2),
    "[PATCH 2/2 RESEND] boil": (1, "resend", 2, 2),
    "[PATCH RESEND2] boil": (1, "resend2", None, None),
    "[PATCH re-send] boil": (1, "resend", None, None),
    "[REPOST PATCH] boil": (1, "resend", None, None),
    "[PATCH v2] [RFC] boil": (2, "", None, None),
    "[PATCH/RFC V2] boil": (2, "", None, None),
    "[RFCPATCH v2 1/2] boil": (2, "", 1, 2),
    "[PATCH net-next-v2 1/3] boil": (2, "", 1, 3),
    "[PATCH (v2) 1/3] boil": (2, "", 1, 3),
    "[PATCH [v2] 1/3] boil": (2, "", 1, 3),
    "[PATCH v2 1/3]boil": (2, "", 1, 3),
    "[PATCH v2 1/3]: boil": (2, "", 1, 3),
    "[PATCHv2-1/3] boil": (2, "", 1, 3),
    "[PATCH v 2 1/3] boil": (2, "", 1, 3),
    "[PATCH version 2 1/3] boil": (2, "", 1, 3),
    "[PATCH take 2] boil": (2, "", None, None),
    "[PATCH try #2 1/3] boil": (2, "", 1, 3),
    "[PATCHSET v2 0/3] boil": (2, "", 0, 3),
    "[PULL 00/10] boil": (1, "", 0, 10),
    "[GIT PULL v2] boil": (2, "", None, None),
    "[v3 1/2] boil": (3, "", 1, 2),
    "[PATCH 4.14 1/2] boil": (1, "", 1, 2),
    "Subject: [PATCH v2 1/2] boil": (2, "", 1, 2),
    "[PATCH 40000/50000] boil": (1, "", 40000, 50000),
}


@pytest.mark.parametrize("text", READINGS)
def test_versions_and_numbers(text):
    subject = split_subject(text)
    assert (subject.version, subject.label, subject.number, subject.total) == READINGS[text]
    assert subject.name == "boil"


@pytest.mark.parametrize(
    "text",
    [
        "[PATCH 0.5/5] boil",
        "[PATCH 5/4] boil",
        "[PATCH 0/0] boil",
        "[PATCH 1/n] boil",
        "[PATCH 0/dev/null] boil",
        "[PATCH tea/0/n] boil",
        "[tea 0/n] boil",
        "[PATCH 99999999999/99999999999] boil",
        "[PATCH] fix 1/2 of it",
        "[PATCH] 16/32 bit boilers",
        "1/2 cup of tea",
    ],
)
def test_what_is_no_number_is_none(text):
    subject = split_subject(text)
    assert (subject.number, subject.total) == (None, None)


@pytest.mark.parametrize(
    "text",
    ["[PATCH v99999999999] boil", "[PATCH v4l2] boil", "[PATCH] v2: boil", "[PATCH] boil (v2)"],
)
def test_what_is_no_version_is_the_first(text):
    assert split_subject(text).version == 1


REPLIES = [
    "Re:",
    "RE:",
    "re :",
    "Re[2]:",
    "Re(3):",
    "Re^2:",
    "RE：",
    "AW:",
    "Antw:",
    "SV:",
    "VS:",
    "YNT:",
    "ODP:",
    "Rép :",
    "Отв:",
    "回复:",
    "回复：",
    "答复:",
    "返信:",
    "회신:",
    "Fwd:",
    "FW:",
    "WG:",
    "转发:",
    "Re: AW: SV:",
    "[tea] Re:",
    "Re: [tea]",
    "AW: [EXT] Re: [tea]",
]


@pytest.mark.parametrize("mark", REPLIES)
def test_a_reply_is_told_by_its_prefix_in_any_language(mark):
    subject = split_subject(f"{mark} [PATCH v2 1/3] boil")
    assert subject.is_reply
    assert (subject.name, subject.version, subject.number) == ("boil", 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "[PATCH] re: boil",
        "[PATCH 1/2] Re: boil",
        "[tea] [PATCH] fwd: boil",
        "Refill: boil",
        "Reply: boil",
        "reboil",
        "[PATCH] boil Re: tea",
    ],
)
def test_a_patch_whose_name_looks_like_a_reply_is_none(text):
    assert not split_subject(text).is_reply


def test_prefixes_are_the_words_of_the_brackets_without_patch():
    subject = split_subject("[tea] [RFC PATCH net-next v2 1/3] boil")
    assert subject.prefixes == ("tea", "RFC", "net-next", "v2", "1/3")


def test_a_number_that_is_none_stays_among_the_prefixes():
    assert split_subject("[PATCH 5/4] boil").prefixes == ("5/4",)


def test_blanks_and_folds_become_one_blank():
    assert split_subject("[PATCH]  boil\n\tthe  tea ").text == "[PATCH] boil the tea"


@pytest.mark.parametrize("text", ["", "   ", "[PATCH]", "Re:", "[PATCH 1/2]"])
def test_a_subject_without_a_name_is_named_by_itself(text):
    assert split_subject(text).name == text.strip()


def test_brackets_of_the_name_stay():
    assert split_subject("[PATCH] boil[2]: fix [tea]").name == "boil[2]: fix [tea]"
