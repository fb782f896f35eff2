"""Where XML-RPC is answered, and for which requests."""

import pytest


@pytest.mark.parametrize("path", ["/xmlrpc/", "/xmlrpc"])
def test_it_is_off_unless_enabled(client, settings, db, path):
    settings.PATCHTRACK_XMLRPC = False
    assert client.post(path, b"", content_type="text/xml").status_code == 404


def test_it_is_there_without_the_final_slash(client, db):
    """As pwclient's own documentation has it."""
    assert client.post("/xmlrpc", b"", content_type="text/xml").status_code == 200


def test_it_is_called_by_post_alone(client, db):
    answer = client.get("/xmlrpc/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_request_for_a_whole_address_is_one_for_its_path(client, patch):
    """pwclient sends `POST http://host/xmlrpc/`."""
    answer = client.post(
        "/xmlrpc/", b"", content_type="text/xml", PATH_INFO="http://testserver/xmlrpc/"
    )
    assert answer.status_code == 200
    assert client.get("/", PATH_INFO=f"HTTP://testserver/api/patches/{patch.pk}/").json()["id"]
    assert client.get("/", PATH_INFO="http://testserver").status_code == 200


def test_the_host_of_a_whole_address_counts(client, db, settings):
    settings.ALLOWED_HOSTS = ["a.example.org"]
    ask = {"PATH_INFO": "http://me@a.example.org/api/", "HTTP_HOST": "elsewhere"}
    assert client.get("/", **ask).json()["patches"] == "http://a.example.org/api/patches/"
    ask = {"PATH_INFO": "http://elsewhere/api/", "HTTP_HOST": "a.example.org"}
    assert client.get("/", **ask).status_code == 400
