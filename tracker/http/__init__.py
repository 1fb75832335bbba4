"""The HTTP client that all sources share: conditional requests, rate limits, robots.txt, size limits, SSRF guard."""
