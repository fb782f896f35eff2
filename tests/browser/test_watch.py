"""A page that does what none should fails its test."""

import pytest

# What happens in the page, and what is then noted.
FAULTS = {
    "console.error('cold')": "console error: cold",
    "console.warn('lukewarm')": "console warning: lukewarm",
    "setTimeout(() => { throw new Error('spilt') })": "exception: spilt",
    "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')": (
        "console error: violation of style-src-attr by inline"
    ),
    "fetch('/nowhere/')": "status 404: /nowhere/",
    "fetch('/broken/').catch(() => {})": "failed: /broken/: net::ERR_FAILED",
    "location = 'http://other.example.org/'": "another host: http://other.example.org/",
}


@pytest.mark.parametrize(("script", "fault"), FAULTS.items())
def test_a_fault_is_noted(visit, watch, script, fault):
    page = visit("/")
    page.route("**/broken/", lambda route: route.abort())
    page.evaluate(f"() => {{ {script} }}")
    # How long that takes is up to the machine: a page has no moment when it is done with it.
    noted = watch.take_faults()
    while fault not in noted:
        page.wait_for_timeout(100)
        noted += watch.take_faults()
    page.wait_for_timeout(100)
    watch.take_faults()


def test_a_fault_that_nobody_takes_fails_the_test(visit, watch):
    page = visit("/")
    page.evaluate("console.error('cold')")
    with pytest.raises(AssertionError, match="console error: cold"):
        watch.check()


def test_a_page_that_does_nothing_of_that_has_no_faults(visit, watch, sample):
    visit("/project/teapot/")
    assert watch.take_faults() == []


def test_what_the_policy_forbids_is_noted_without_javascript_too(visit, watch):
    page = visit("/", java_script_enabled=False)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    assert "style-src" in " ".join(watch.take_faults())


def test_the_page_of_an_error_is_no_fault_where_it_is_what_was_asked_for(visit, db):
    assert visit("/nothing/", status=404).title() == "Not found · Patchtrack"
