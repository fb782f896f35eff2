"""What web, API and mail share: every write with its event, and what is read from stored mail."""
