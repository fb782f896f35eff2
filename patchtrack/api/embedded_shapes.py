"""What the records hold that stand within others, as `patchtrack.api.embedded` makes them."""

from patchtrack.api.shapes import DATE, ID, NUMBER, RESULT, TEXT, URL, or_null

EMBEDDED_PROJECT = {
    "id": ID,
    "url": URL,
    "name": TEXT,
    "link_name": TEXT,
    "list_id": TEXT,
    "list_email": TEXT,
    "web_url": TEXT,
    "scm_url": TEXT,
    "webscm_url": TEXT,
    "list_archive_url": TEXT,
    "list_archive_url_format": TEXT,
    "commit_url_format": TEXT,
}
EMBEDDED_USER = {
    "id": ID,
    "url": URL,
    "username": TEXT,
    "first_name": TEXT,
    "last_name": TEXT,
    "email": TEXT,
}
EMBEDDED_PERSON = {"id": ID, "url": URL, "name": TEXT, "email": TEXT}
EMBEDDED_COMMENT = {
    "id": ID,
    "url": URL,
    "web_url": URL,
    "msgid": TEXT,
    "list_archive_url": or_null(TEXT),
    "date": DATE,
}
EMBEDDED_MAIL = {**EMBEDDED_COMMENT, "name": TEXT, "mbox": URL}
EMBEDDED_SERIES = {
    "id": ID,
    "url": URL,
    "web_url": URL,
    "date": DATE,
    "name": or_null(TEXT),
    "version": NUMBER,
    "mbox": URL,
}
EMBEDDED_CHECK = {
    "id": ID,
    "url": URL,
    "date": DATE,
    "state": RESULT,
    "target_url": or_null(TEXT),
    "context": TEXT,
}
