"""Settings: `sources.toml` read, validated and typed.

`loader` reads the file, `schema` defines every key, `validators` check values, `models` hold the result.
"""
