#include "app/storage/tables/project_schema.h"

#include "app/files/file_path.h"
#include "app/storage/notebook/note_table.h"
#include "app/storage/notebook/writing_day_table.h"
#include "app/storage/tables/history_table.h"
#include "app/storage/tables/reading_table.h"
#include "app/storage/tables/runs/choice_table.h"
#include "app/storage/tables/runs/look_table.h"
#include "app/storage/tables/spelling_table.h"
#include "app/storage/tables/version_table.h"
#include "engine/trace/gate_store.h"
#include "engine/trace/migrations.h"

#include <QByteArray>
#include <QRandomGenerator>
#include <QtEndian>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace app {

namespace {

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE text_snapshot(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            edits INTEGER NOT NULL,
            text TEXT NOT NULL,
            spans BLOB NOT NULL);
        INSERT INTO text_snapshot(id, edits, text, spans) VALUES (1, 0, '', x'');
        CREATE TABLE edit_journal(
            sequence INTEGER PRIMARY KEY,
            position INTEGER NOT NULL CHECK(position >= 0),
            removed INTEGER NOT NULL CHECK(removed >= 0),
            inserted TEXT NOT NULL,
            spans BLOB NOT NULL);
        CREATE TABLE story_run(
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            side INTEGER NOT NULL,
            compared_with INTEGER NOT NULL,
            attempt_of INTEGER NOT NULL,
            started_at TEXT NOT NULL,
            model TEXT NOT NULL,
            options TEXT NOT NULL,
            prompt BLOB NOT NULL,
            prompt_length INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            text TEXT NOT NULL,
            is_finished INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            end_reason INTEGER NOT NULL,
            prompt_seconds REAL NOT NULL,
            writing_seconds REAL NOT NULL,
            failure TEXT NOT NULL);
        CREATE TABLE story_run_token(
            run INTEGER NOT NULL REFERENCES story_run(id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK(number >= 0),
            token INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            probability REAL NOT NULL,
            PRIMARY KEY(run, number)) WITHOUT ROWID;
    )sql"},
    engine::Migration{R"sql(
        CREATE TABLE kept_state(
            rank INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            prefix BLOB NOT NULL,
            state BLOB NOT NULL);
    )sql"},
    // SQLite has no SHA-256 to name the prompts of before by, so these keep none. Two that are the same
    // become one here all the same.
    engine::Migration{R"sql(
        CREATE TABLE run_prompt(
            id INTEGER PRIMARY KEY,
            hash BLOB UNIQUE,
            packed BLOB NOT NULL);
        INSERT INTO run_prompt(id, packed)
            SELECT min(id), prompt FROM story_run WHERE length(prompt) > 0 GROUP BY prompt;
        ALTER TABLE story_run ADD COLUMN prompt_id INTEGER REFERENCES run_prompt(id);
        UPDATE story_run SET prompt_id = same.first
            FROM (SELECT id, min(id) OVER (PARTITION BY prompt) AS first
                  FROM story_run WHERE length(prompt) > 0) AS same
            WHERE same.id = story_run.id;
        ALTER TABLE story_run DROP COLUMN prompt;
        CREATE INDEX story_run_prompt ON story_run(prompt_id);
        CREATE TRIGGER prompt_of_deleted_run AFTER DELETE ON story_run BEGIN
            DELETE FROM run_prompt WHERE id = old.prompt_id
                AND NOT EXISTS (SELECT 1 FROM story_run WHERE prompt_id = old.prompt_id);
        END;
        CREATE TRIGGER prompt_of_changed_run AFTER UPDATE OF prompt_id ON story_run BEGIN
            DELETE FROM run_prompt WHERE id = old.prompt_id
                AND NOT EXISTS (SELECT 1 FROM story_run WHERE prompt_id = old.prompt_id);
        END;
    )sql"},
    // Where runs of before hang is not known to SQL: NULL, until RunTable::findParents() has looked.
    engine::Migration{R"sql(
        ALTER TABLE story_run ADD COLUMN parent INTEGER;
        ALTER TABLE story_run ADD COLUMN parent_end INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE story_run ADD COLUMN name TEXT NOT NULL DEFAULT '';
        ALTER TABLE story_run ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
    )sql"},
};

// The gates' own is the engine's. "project" first: other tables refer to its.
std::array<SchemaComponent, 9> components() {
    return {SchemaComponent{"project", kMigrations},
            versionTables(),
            choiceTables(),
            historyTables(),
            readingTables(),
            noteTables(),
            writingDayTable(),
            spellingTables(),
            lookTables()};
}

constexpr qsizetype kHeaderBytes = 100;
constexpr qsizetype kApplicationIdOffset = 68;
constexpr QByteArrayView kMagic("SQLite format 3", 16); // with its final zero

} // namespace

engine::Expected<void> checkProjectHeader(const QString& path) {
    using engine::ErrorCode;
    const std::string name = encodePath(path).toStdString();
    struct stat status {};
    if (::stat(name.c_str(), &status) != 0)
        return engine::failure(errno == ENOENT || errno == ENOTDIR ? ErrorCode::FileNotFound
                                                                   : ErrorCode::FileUnreadable,
                               name + ": " + std::strerror(errno));
    if (!S_ISREG(status.st_mode))
        return engine::failure(ErrorCode::FileUnreadable, name + ": not a regular file");
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return engine::failure(ErrorCode::FileUnreadable, name + ": " + std::strerror(errno));
    QByteArray header(kHeaderBytes, '\0');
    const ssize_t count = ::pread(descriptor, header.data(), kHeaderBytes, 0);
    ::close(descriptor);
    if (count < kHeaderBytes || QByteArrayView(header).first(kMagic.size()) != kMagic)
        return engine::failure(ErrorCode::UnsupportedFormat, name + ": not an SQLite database");
    if (qFromBigEndian<qint32>(header.constData() + kApplicationIdOffset) != kProjectApplicationId)
        return engine::failure(ErrorCode::UnsupportedFormat, name + ": a database of another program");
    return {};
}

engine::Expected<engine::Transaction> beginMarked(engine::Database& database) {
    auto transaction = engine::Transaction::begin(database);
    if (!transaction)
        return transaction;
    const auto mark = static_cast<qint32>(QRandomGenerator::global()->generate());
    if (auto marked = database.execute("PRAGMA user_version=" + std::to_string(mark)); !marked)
        return failure(marked.error());
    return transaction;
}

engine::Expected<void> prepareProjectTables(engine::Database& database) {
    for (const SchemaComponent& component : components())
        if (auto done = engine::migrate(database, component.name, component.migrations); !done)
            return done;
    return engine::createGateTables(database);
}

engine::Expected<bool> isNewerProject(engine::Database& database) {
    const auto gates = engine::schemaVersion(database, engine::kGateComponent);
    if (!gates)
        return failure(gates.error());
    bool isNewer = *gates > engine::gateTablesVersion();
    for (const SchemaComponent& component : components()) {
        const auto version = engine::schemaVersion(database, component.name);
        if (!version)
            return failure(version.error());
        isNewer = isNewer || *version > static_cast<int>(component.migrations.size());
    }
    return isNewer;
}

} // namespace app
