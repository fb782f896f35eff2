"""How long tests wait for what another process or thread shall do."""

# Nothing here takes a tenth of it on a quiet machine; what hangs shall fail.
SECONDS = 120
