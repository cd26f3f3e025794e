"""Reads a project as docs/formats/project.md describes it, without Inkgate: its text, its versions, and what is wrong with it."""
import contextlib
import hashlib
import sqlite3
import zlib


def story_text(path):
    """The text as docs/formats/project.md describes it: the snapshot with the journal's edits applied. Positions are UTF-16 units."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        edits, text = database.execute("SELECT edits, text FROM text_snapshot").fetchone()
        journal = database.execute(
            "SELECT position, removed, inserted FROM edit_journal WHERE sequence > ? ORDER BY sequence", (edits,)).fetchall()
        runs = database.execute("SELECT count(*) FROM story_run").fetchone()[0]
        torn = database.execute(
            "SELECT count(*) FROM story_run r WHERE length(r.text) > 0 AND NOT EXISTS "
            "(SELECT 1 FROM story_run_token t WHERE t.run = r.id)").fetchone()[0]
    units = text.encode("utf-16-le")
    for position, removed, inserted in journal:
        units = units[:2 * position] + inserted.encode("utf-16-le") + units[2 * (position + removed):]
    return units.decode("utf-16-le"), runs, torn


def version_texts(path):
    """The text of every version, checked against docs/formats/project.md; (name, text) of each, and the faults."""
    texts, faults = [], []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for number, name, units in database.execute("SELECT id, name, units FROM story_version ORDER BY id").fetchall():
            text = b""
            for expected, packed in database.execute(
                    "SELECT hash, packed FROM version_part LEFT JOIN version_chunk ON version_chunk.id = version_part.chunk "
                    "WHERE version = ? ORDER BY version_part.number", (number,)):
                content = zlib.decompress(packed[4:]) if packed else b""
                if hashlib.sha256(content).digest() != expected:
                    faults.append(f"version {number} lacks a chunk")
                    continue
                spans = int.from_bytes(content[:4], "little")
                text += content[4 + spans:]
            decoded = text.decode("utf-8")
            if len(decoded.encode("utf-16-le")) // 2 != units:
                faults.append(f"version {number} has not {units} units")
            texts.append((name, decoded))
    return texts, faults


def faults_of(path):
    """What is wrong with a project: nothing, or sentences."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            whole = [row[0] for row in database.execute("PRAGMA integrity_check").fetchall()]
            foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        story_text(path)
        faults = version_texts(path)[1]
    except (sqlite3.Error, zlib.error, TypeError, UnicodeDecodeError) as error:
        return [f"{path}: {error}"]
    if whole != ["ok"]:
        faults += whole
    if foreign:
        faults.append(f"{len(foreign)} broken references")
    return [f"{path}: {fault}" for fault in faults]
