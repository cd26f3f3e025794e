#include "app/storage/tables/version_table.h"

#include "app/document/words.h"
#include "app/storage/columns/sql_text.h"
#include "app/storage/columns/text_chunks.h"
#include "app/versions/thinning.h"

#include <array>
#include <utility>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

constexpr int kAllForHours = 4;

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE story_version(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kept_at TEXT NOT NULL,
            cause INTEGER NOT NULL,
            name TEXT NOT NULL,
            words INTEGER NOT NULL,
            units INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE version_chunk(
            id INTEGER PRIMARY KEY,
            hash BLOB UNIQUE NOT NULL,
            packed BLOB NOT NULL);
        CREATE TABLE version_part(
            version INTEGER NOT NULL REFERENCES story_version(id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            chunk INTEGER NOT NULL REFERENCES version_chunk(id),
            PRIMARY KEY(version, number)) WITHOUT ROWID;
        CREATE INDEX version_part_chunk ON version_part(chunk);
    )sql"},
};

Expected<std::int64_t> storeChunk(Database& database, const TextChunk& chunk) {
    auto find = database.prepare("SELECT id, packed FROM version_chunk WHERE hash = ?1");
    if (!find)
        return failure(find.error());
    const auto found = find->bind(1, blobOf(chunk.hash)).step();
    if (!found)
        return failure(found.error());
    if (*found) {
        const std::int64_t id = find->integer(0);
        if (unpackChunk(blobColumn(*find, 1), chunk.hash))
            return id;
        // Damaged: here is what it was.
        auto mend = database.prepare("UPDATE version_chunk SET packed = ?2 WHERE id = ?1");
        if (!mend)
            return failure(mend.error());
        const QByteArray packed = packChunk(chunk);
        if (auto done = mend->bind(1, id).bind(2, blobOf(packed)).run(); !done)
            return failure(done.error());
        return id;
    }
    auto insert = database.prepare("INSERT INTO version_chunk(hash, packed) VALUES (?1, ?2)");
    if (!insert)
        return failure(insert.error());
    const QByteArray packed = packChunk(chunk);
    if (auto done = insert->bind(1, blobOf(chunk.hash)).bind(2, blobOf(packed)).run(); !done)
        return failure(done.error());
    return database.lastInsertedId();
}

Expected<QList<std::int64_t>> chunkIds(Database& database, VersionId version) {
    auto query = database.prepare("SELECT chunk FROM version_part WHERE version = ?1 ORDER BY number");
    if (!query)
        return failure(query.error());
    QList<std::int64_t> ids;
    auto more = query->bind(1, version).step();
    for (; more && *more; more = query->step())
        ids.append(query->integer(0));
    return more ? Expected<QList<std::int64_t>>(ids) : failure(more.error());
}

// Their chunks go with clearUnused().
Expected<void> removeVersion(Database& database, VersionId version) {
    auto remove = database.prepare("DELETE FROM story_version WHERE id = ?1");
    return remove ? remove->bind(1, version).run() : failure(remove.error());
}

Expected<void> clearUnused(Database& database) {
    return database.execute("DELETE FROM version_chunk WHERE NOT EXISTS "
                            "(SELECT 1 FROM version_part WHERE chunk = version_chunk.id)");
}

Expected<void> thin(Database& database, const QDateTime& now) {
    const auto list = readVersions(database);
    if (!list)
        return failure(list.error());
    QList<VersionId> ids;
    QList<QDateTime> times;
    for (const StoryVersion& version : list->versions) {
        if (version.isAutomatic()) {
            ids.append(version.id);
            times.append(version.keptAt);
        }
    }
    for (const qsizetype place : superfluous(times, now, kAllForHours)) {
        if (auto done = removeVersion(database, ids[place]); !done)
            return done;
    }
    return {};
}

std::optional<StoryVersion> versionOf(const engine::Statement& row) {
    StoryVersion version{row.integer(0),
                         QDateTime::fromString(textColumn(row, 1), Qt::ISODateWithMs),
                         VersionCause::Named,
                         textColumn(row, 3),
                         static_cast<int>(row.integer(4)),
                         row.integer(5)};
    if (!version.keptAt.isValid() || row.integer(2) < 0 ||
        row.integer(2) > static_cast<qint64>(VersionCause::Named) || version.words < 0 || version.units < 0)
        return std::nullopt;
    version.cause = static_cast<VersionCause>(row.integer(2));
    return version;
}

Expected<std::int64_t> addRow(Database& database, const SpannedText& text, const VersionKept& kept) {
    auto insert = database.prepare(
        "INSERT INTO story_version(kept_at, cause, name, words, units) VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!insert)
        return failure(insert.error());
    insert->bind(1, utf8(kept.keptAt.toUTC().toString(Qt::ISODateWithMs)));
    insert->bind(2, static_cast<int>(kept.cause)).bind(3, utf8(kept.name));
    if (auto done = insert->bind(4, countWords(text.text())).bind(5, text.size()).run(); !done)
        return failure(done.error());
    return database.lastInsertedId();
}

Expected<void> addParts(Database& database, VersionId version, const QList<std::int64_t>& chunks) {
    auto insert = database.prepare("INSERT INTO version_part(version, number, chunk) VALUES (?1, ?2, ?3)");
    if (!insert)
        return failure(insert.error());
    for (qsizetype number = 0; number < chunks.size(); ++number) {
        if (auto done = insert->bind(1, version).bind(2, number).bind(3, chunks[number]).run(); !done)
            return done;
    }
    return {};
}

} // namespace

SchemaComponent versionTables() { return {"versions", kMigrations}; }

Expected<bool> keepVersion(Database& database, const SpannedText& text, const VersionKept& kept) {
    // What was deleted in an earlier session can be missed no more.
    if (kept.cause == VersionCause::SessionStart) {
        if (auto done = database.execute("DELETE FROM story_version WHERE is_deleted"); !done)
            return failure(done.error());
    }
    if (text.size() == 0)
        return false;
    QList<std::int64_t> chunks;
    for (const TextChunk& chunk : chunksOf(text)) {
        const auto id = storeChunk(database, chunk);
        if (!id)
            return failure(id.error());
        chunks.append(*id);
    }
    if (kept.cause != VersionCause::Named) {
        const auto newest =
            database.queryInteger("SELECT coalesce(max(id), 0) FROM story_version WHERE NOT is_deleted");
        if (!newest)
            return failure(newest.error());
        const auto known = chunkIds(database, *newest);
        if (!known)
            return failure(known.error());
        if (*known == chunks)
            return false;
    }
    const auto version = addRow(database, text, kept);
    if (!version)
        return failure(version.error());
    if (auto done = addParts(database, *version, chunks); !done)
        return failure(done.error());
    if (auto done = thin(database, kept.keptAt); !done)
        return failure(done.error());
    if (auto done = clearUnused(database); !done)
        return failure(done.error());
    return true;
}

Expected<void> nameVersion(Database& database, const VersionNamed& named) {
    auto update = database.prepare("UPDATE story_version SET name = ?2 WHERE id = ?1");
    return update ? update->bind(1, named.version).bind(2, utf8(named.name)).run() : failure(update.error());
}

Expected<void> deleteVersion(Database& database, const VersionDeleted& change) {
    auto update = database.prepare("UPDATE story_version SET is_deleted = ?2 WHERE id = ?1");
    return update ? update->bind(1, change.version).bind(2, change.isDeleted ? 1 : 0).run()
                  : failure(update.error());
}

Expected<VersionList> readVersions(Database& database) {
    auto query = database.prepare("SELECT id, kept_at, cause, name, words, units FROM story_version "
                                  "WHERE NOT is_deleted ORDER BY id DESC");
    if (!query)
        return failure(query.error());
    VersionList list;
    auto more = query->step();
    for (; more && *more; more = query->step()) {
        if (const auto version = versionOf(*query))
            list.versions.append(*version);
        else
            ++list.damaged;
    }
    return more ? Expected<VersionList>(std::move(list)) : failure(more.error());
}

Expected<VersionText> readVersion(Database& database, VersionId version) {
    auto units = database.prepare("SELECT units FROM story_version WHERE id = ?1");
    if (!units)
        return failure(units.error());
    const auto found = units->bind(1, version).step();
    if (!found)
        return failure(found.error());
    if (!*found)
        return engine::failure(engine::ErrorCode::InvalidArgument, "there is no such version");
    auto query = database.prepare("SELECT hash, packed FROM version_part "
                                  "LEFT JOIN version_chunk ON version_chunk.id = version_part.chunk "
                                  "WHERE version = ?1 ORDER BY number");
    if (!query)
        return failure(query.error());
    VersionText result;
    QString text;
    QList<Span> spans;
    auto more = query->bind(1, version).step();
    for (; more && *more; more = query->step()) {
        const auto chunk = unpackChunk(blobColumn(*query, 1), blobColumn(*query, 0));
        if (!chunk) {
            result.isWhole = false;
            continue;
        }
        text += chunk->text();
        for (const Span& span : chunk->spans())
            appendSpan(spans, span);
    }
    if (!more)
        return failure(more.error());
    result.isWhole = result.isWhole && text.size() == units->integer(0);
    if (auto whole = SpannedText::fromSpans(std::move(text), std::move(spans)))
        result.text = std::move(*whole);
    else
        result.isWhole = false;
    return result;
}

} // namespace app
