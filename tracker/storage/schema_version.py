"""The schema version that this code was written for: the newest revision in `migrations/versions`."""

HEAD = "0006"
