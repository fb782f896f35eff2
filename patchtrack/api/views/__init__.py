"""The views of the API, thin: by resource."""
