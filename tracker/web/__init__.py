"""The viewer: server-rendered pages, an API, calendars and feeds over the stored data."""
