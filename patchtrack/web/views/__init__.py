"""The views, one module for each kind of page."""
