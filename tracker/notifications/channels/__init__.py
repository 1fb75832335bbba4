"""One module per channel: email, Slack, Teams, LINE, webhooks."""
