"""The REST API: Patchwork's, in all its versions."""
