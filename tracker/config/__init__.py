"""Settings: `sources.toml` read, validated and typed. `loader` reads, `schema` names every key, `validators` checks values,
`models` holds the result."""
