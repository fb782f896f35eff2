"""A browser follows events by its own means, and misses none while it comes again."""

import pytest

from patchtrack.api import streaming
from patchtrack.services.cursors import record_cursors
from tests.factories import deliver, make_diff, make_mail

FOLLOW = """() => {
  window.seen = [];
  window.source = new EventSource("/api/events/stream?after=0");
  for (const name of ["patch-created", "series-created"]) {
    source.addEventListener(name, (event) => {
      seen.push([Number(event.lastEventId), JSON.parse(event.data).cursor]);
    });
  }
}"""
# Each end of a stream is an error to the browser, which then comes again. This waits for the end of
# the one by which so many events were seen, and then lets no other follow if it is to `close`.
SEE = """([most, close]) => new Promise((done) => {
  source.onerror = () => {
    if (seen.length < most) return;
    if (close) source.close();
    done(seen);
  };
})"""


@pytest.fixture
def at_once(monkeypatch, settings) -> None:
    """Streams end when they have told what there is, and browsers come again at once."""
    settings.PATCHTRACK_STREAM_SECONDS = 0
    monkeypatch.setattr(streaming, "RETRY_MILLISECONDS", 50)


def test_who_comes_again_goes_on_behind_the_last_event(visit, sample, at_once):
    record_cursors()
    page = visit("/")
    page.evaluate(FOLLOW)
    before = page.evaluate(SEE, [1, False])
    deliver(sample, make_mail(subject="[PATCH] x", diff=make_diff()))
    record_cursors()
    seen = page.evaluate(SEE, [len(before) + 2, True])
    assert len(seen) == len(before) + 2
    assert [place for place, _ in seen] == sorted({cursor for _, cursor in seen})
