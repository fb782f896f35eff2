"""Watches what pages do in the browser; nothing of ours does any of what is noted here."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Chromium's own words for an answer that is noted already, by its status.
_REPEATED = "Failed to load resource"
# A page that was left, or a download that began: nobody waits for the rest of it.
_LEFT = "net::ERR_ABORTED"
# What the policy forbids is told to the page alone; from there it reaches us by the console.
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("violation of", event.effectiveDirective, "by", event.blockedURI));
"""


class Watch:
    """The faults of all pages of the browser contexts that it looks at, in words."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self._contexts: list[BrowserContext] = []
        self._faults: list[str] = []

    def look_at(self, context: BrowserContext) -> None:
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._note_console)
        context.on("weberror", self._note_exception)
        context.on("request", self._note_request)
        context.on("requestfailed", self._note_failure)
        context.on("response", self._note_answer)
        self._contexts.append(context)

    def take_faults(self) -> list[str]:
        """What has gone wrong since the last call; who takes it had expected it."""
        for context in self._contexts:
            for page in context.pages:
                page.wait_for_load_state()
                # The browser tells of events in their order: all before this answer are noted.
                # Unlike a script, a locator does not mind JavaScript off or a page that changes.
                page.locator(":root").wait_for(state="attached")
        faults, self._faults = self._faults, []
        return faults

    def check(self) -> None:
        """Raises AssertionError if something has gone wrong."""
        faults = self.take_faults()
        assert not faults, "in the browser:\n" + "\n".join(faults)

    def _note(self, fault: str) -> None:
        self._faults.append(fault)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REPEATED):
            self._note(f"console {message.type}: {message.text}")

    def _note_exception(self, error: WebError) -> None:
        self._note(f"exception: {error.error}")

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self._note(f"another host: {request.url}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != _LEFT:
            self._note(f"failed: {self._shorten(request.url)}: {request.failure}")

    def _note_answer(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"status {response.status}: {self._shorten(response.url)}")

    def _shorten(self, url: str) -> str:
        parts = urlsplit(url)
        return parts.path if parts.netloc == self.host else url
