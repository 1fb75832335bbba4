"""`tracker mcp`: answers for assistants over the Model Context Protocol. Read-only; needs the extra `mcp`."""
