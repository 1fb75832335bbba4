"""The viewer: pages rendered on the server, an API, calendars and feeds over the store."""
