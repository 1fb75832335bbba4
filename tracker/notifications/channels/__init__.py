"""One module per channel: email, Slack, Teams, LINE, webhooks, files. Each holds the channel's message format and the
Apprise plugin that sends it."""
