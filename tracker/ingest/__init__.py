"""From an answer to stored records: poll, decide, apply, quarantine, backfill."""
