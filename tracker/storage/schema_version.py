"""The schema version that this code was written for: the newest revision in `migrations/versions`."""

HEAD = "0020"

# Full text search is SQLite's own. English goes by words, so that the index of 100,000 abstracts stays small;
# Japanese has no spaces, so it goes by trigrams. Both read their text from `change_text` (external content).
FTS = (
    "CREATE VIRTUAL TABLE change_fts_en USING fts5(en, content='change_text', content_rowid='seq',"
    " tokenize='unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE change_fts_ja USING fts5(ja, content='change_text', content_rowid='seq',"
    " tokenize='trigram')",
)
