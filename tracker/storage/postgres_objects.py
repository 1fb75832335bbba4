"""What the schema has in PostgreSQL beside its tables: functions of SQLite's names, triggers, indexes over expressions, and
the search index. `refresh` creates all of it after each migration, as this version of the program has it.

`ROWS` is what the planner expects of a function that returns rows: with its own guess of 1,000 it would read whole tables.

Plain SQL of readers calls a few functions that SQLite brings along (`json_each`, `date`, `group_concat`): PostgreSQL gets
them here, so that one statement serves both databases.
"""
# ruff: noqa: S608 - table and column names in the statements are the constants of this module

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from tracker.storage import row_log, sqlite_objects, triggers
from tracker.storage.schema import metadata

WORDS, TOTAL, VOCABULARY, TURNS = "change_words", "search_total", "search_word", "host_turn"
_TABLES = frozenset({WORDS, TOTAL, VOCABULARY, TURNS})
_QUEUE = "procrastinate_"  # the beginning of the names of the task queue's tables
_INDEXES = frozenset({"ix_change_newest", "ix_change_queue", "ix_effect_last"})

_PATH = "string_to_array(trim(BOTH '.' FROM translate(replace(path, '$', ''), '[]', '.')), '.')"
_PLAIN = """CASE json_typeof(part) WHEN 'string' THEN part #>> '{}' WHEN 'null' THEN NULL
 WHEN 'boolean' THEN CASE part #>> '{}' WHEN 'true' THEN '1' ELSE '0' END ELSE part::text END"""
_ELEMENTS = f"SELECT (place - 1)::integer, {_PLAIN} FROM json_array_elements(DOCUMENT) WITH ORDINALITY AS found(part, place)"


def _operator(name: str, function: str) -> str:
    """An operator of two texts, which PostgreSQL cannot replace."""
    there = f"oprname = '{name}' AND oprleft = 'text'::regtype AND oprright = 'text'::regtype"
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_operator WHERE {there}) THEN"
        f" CREATE OPERATOR {name} (LEFTARG = text, RIGHTARG = text, FUNCTION = {function}); END IF; END $$"
    )


_FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION json_extract(document text, path text) RETURNS text LANGUAGE sql IMMUTABLE
 AS $$ SELECT document::json #>> {_PATH} $$""",
    f"""CREATE OR REPLACE FUNCTION json_each(document text) RETURNS TABLE(key integer, value text) LANGUAGE sql IMMUTABLE ROWS 20
 AS $$ {_ELEMENTS.replace("DOCUMENT", "document::json")} $$""",
    f"""CREATE OR REPLACE FUNCTION json_each(document text, path text) RETURNS TABLE(key integer, value text) LANGUAGE sql
 IMMUTABLE ROWS 20 AS $$ {_ELEMENTS.replace("DOCUMENT", f"document::json #> {_PATH}")} $$""",
    f"""CREATE OR REPLACE FUNCTION json_array_length(document text, path text) RETURNS integer LANGUAGE sql IMMUTABLE
 AS $$ SELECT json_array_length(document::json #> {_PATH}) $$""",
    """CREATE OR REPLACE FUNCTION date(day text, step text) RETURNS text LANGUAGE sql IMMUTABLE
 AS $$ SELECT to_char(to_date(day, 'YYYY-MM-DD') + step::interval, 'YYYY-MM-DD') $$""",
    """CREATE OR REPLACE FUNCTION max(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE
 AS $$ SELECT CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN a >= b THEN a ELSE b END $$""",
    "CREATE OR REPLACE FUNCTION likely(met boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT met $$",
    """CREATE OR REPLACE FUNCTION round(number double precision, digits integer) RETURNS double precision LANGUAGE sql
 IMMUTABLE AS $$ SELECT round(number::numeric, digits)::double precision $$""",
    """CREATE OR REPLACE FUNCTION concat_step(before text, next text) RETURNS text LANGUAGE sql IMMUTABLE
 AS $$ SELECT CASE WHEN before IS NULL THEN next WHEN next IS NULL THEN before ELSE before || ',' || next END $$""",
    "CREATE OR REPLACE AGGREGATE group_concat(text) (sfunc = concat_step, stype = text)",
    """CREATE OR REPLACE FUNCTION json_part(document text, name text) RETURNS text LANGUAGE sql IMMUTABLE
 AS $$ SELECT (document::json -> name)::text $$""",
    _operator("->>", "json_extract"),
    _operator("->", "json_part"),
)

# Words of a change, each between angle brackets, by columns (title, English, Japanese) on lines of their own. A phrase is a
# piece of such a text. `text_index` writes both.
_SEARCH = (
    f"""CREATE TABLE IF NOT EXISTS {WORDS} (seq integer PRIMARY KEY REFERENCES change (seq), words text COLLATE "C" NOT NULL,
 length integer NOT NULL)""",
    f"CREATE TABLE IF NOT EXISTS {TOTAL} (id integer PRIMARY KEY, changes bigint NOT NULL, words bigint NOT NULL)",
    # When a host may be asked next, in seconds of the server's clock (`host_turns`).
    f'CREATE TABLE IF NOT EXISTS {TURNS} (host text COLLATE "C" PRIMARY KEY, next_at double precision NOT NULL)',
    f"ALTER TABLE {TURNS} SET LOGGED",  # as earlier versions made it, a crash of the database emptied it
    f'CREATE TABLE IF NOT EXISTS {VOCABULARY} (word text COLLATE "C" PRIMARY KEY)',
    f"INSERT INTO {TOTAL} VALUES (1, 0, 0) ON CONFLICT DO NOTHING",
    # The condition of a question: each group of phrases has one that occurs.
    """CREATE OR REPLACE FUNCTION search_condition(asked json) RETURNS text LANGUAGE sql IMMUTABLE AS $$
 SELECT string_agg('(' || (SELECT string_agg(format('words LIKE %L', '%' || phrase || '%'), ' OR ')
 FROM json_array_elements_text(forms) AS phrase) || ')', ' AND ') FROM json_array_elements(asked) AS forms $$""",
    f"""CREATE OR REPLACE FUNCTION change_hits(asked text) RETURNS SETOF integer LANGUAGE plpgsql STABLE ROWS 50 AS $$ BEGIN
 RETURN QUERY EXECUTE 'SELECT seq FROM {WORDS} WHERE ' || search_condition(asked::json); END $$""",
    # Okapi BM25 as FTS5 computes it: below zero, the best first; title, English and Japanese weigh 8, 1 and 4.
    f"""CREATE OR REPLACE FUNCTION change_matches(asked text) RETURNS TABLE(hit integer, score double precision)
 LANGUAGE plpgsql STABLE ROWS 50 AS $$
 DECLARE sums text := '0'; phrase text; having_it bigint; total bigint; average double precision; weight double precision;
 times text;
 BEGIN
 SELECT changes, words::double precision / greatest(changes, 1) INTO total, average FROM {TOTAL};
 FOR phrase IN SELECT DISTINCT json_array_elements_text(forms) FROM json_array_elements(asked::json) AS forms LOOP
 SELECT count(*) INTO having_it FROM {WORDS} WHERE words LIKE '%' || phrase || '%';
 weight := greatest(ln((total - having_it + 0.5) / (having_it + 0.5)), 0.000001);
 times := format('(8.0 * search_times(words, 1, %1$L) + search_times(words, 2, %1$L) + 4.0 * search_times(words, 3, %1$L))', phrase);
 sums := sums || format(' - %s * %s * 2.2 / (%s + 1.2 * (0.25 + 0.75 * length / %s))', weight, times, times, greatest(average, 1));
 END LOOP;
 RETURN QUERY EXECUTE format('SELECT seq, (%s)::double precision FROM {WORDS} WHERE %s', sums, search_condition(asked::json));
 END $$""",
    """CREATE OR REPLACE FUNCTION search_times(words text, line integer, phrase text) RETURNS double precision LANGUAGE sql IMMUTABLE
 AS $$ SELECT (length(split_part(words, E'\\n', line)) - length(replace(split_part(words, E'\\n', line), phrase, '')))
 / length(phrase)::double precision $$""",
)
# An extension that its owner may create; without it searches read all words.
_TRIGRAMS = f"""DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm;
 EXECUTE 'CREATE INDEX IF NOT EXISTS ix_{WORDS} ON {WORDS} USING gin (words gin_trgm_ops)';
 EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
 RAISE WARNING 'pg_trgm is not available: searches read the words of all changes'; END $$"""
_EXPRESSIONS = (
    "CREATE INDEX IF NOT EXISTS ix_change_newest ON change (coalesce(published, substr(detected_at, 1, 10)),"
    " seq, level, editorial, baseline, source, kind)",
    "CREATE INDEX IF NOT EXISTS ix_change_queue ON change (baseline, editorial, handled,"
    " coalesce(published, substr(detected_at, 1, 10)), seq, queue_level, source, kind)",
    "CREATE INDEX IF NOT EXISTS ix_effect_last ON effect (max(known_at, coalesce(retracted_at, known_at)), effect_id)",
)
# Which rows a transaction of this program touches (`row_log`): other programs do not set `tracker.writer`.
_TOUCHED = f"""CREATE OR REPLACE FUNCTION {row_log.NOTED}() RETURNS trigger LANGUAGE plpgsql AS $$
 DECLARE one json; mine text; BEGIN
 IF TG_OP = 'INSERT' THEN one := row_to_json(NEW); ELSE one := row_to_json(OLD); END IF;
 SELECT '[' || string_agg((one -> name)::text, ',' ORDER BY place) || ']' INTO mine
 FROM unnest(TG_ARGV) WITH ORDINALITY AS part(name, place);
 INSERT INTO {row_log.NOTED} (name, key, old) VALUES (TG_TABLE_NAME, mine, CASE TG_OP WHEN 'INSERT' THEN NULL ELSE one::text END)
 ON CONFLICT DO NOTHING; RETURN NULL; END $$"""


def refresh(connection: Connection) -> None:
    """Creates all objects, and the counts where there are none."""
    for statement in (
        *_FUNCTIONS,
        *_SEARCH,
        _TRIGRAMS,
        *_EXPRESSIONS,
        *(one for trigger in triggers.all_triggers() for one in trigger.for_postgres()),
        _TOUCHED,
        *_touched_triggers(),
    ):
        connection.exec_driver_sql(statement.replace("%", "%%"))
    if connection.exec_driver_sql("SELECT 1 FROM kept_count WHERE name = 'effects'").first() is None:
        for statement in sqlite_objects.counts():
            connection.exec_driver_sql(statement)


def is_own(name: str | None, kind: str) -> bool:
    """Whether a table or index is one of this module, which no metadata describes."""
    if kind == "table" and name is not None and name.startswith(_QUEUE):
        return True
    return (kind == "table" and name in _TABLES) or (kind == "index" and name in _INDEXES)


def _touched_triggers() -> Iterator[str]:
    for table in row_log.tables():
        of = ", ".join(f'"{name}"' for name in row_log.columns(table))
        primary = ", ".join(f"'{column.name}'" for column in table.primary_key)
        for event in ("INSERT", f"UPDATE OF {of}", "DELETE"):
            name = f"touched_{table.name}_{event[:6].lower()}"
            yield f"DROP TRIGGER IF EXISTS {name} ON {table.name}"
            yield (
                f"CREATE TRIGGER {name} AFTER {event} ON {table.name} FOR EACH ROW"
                f" WHEN (current_setting('tracker.writer', true) = 'on') EXECUTE FUNCTION {row_log.NOTED}({primary})"
            )


def set_sequences(connection: Connection) -> None:
    """Numbers new rows after the stored ones, after rows were written with their numbers."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"
                f" (SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), false)"
            )
