#include "engine/trace/gate_store.h"
#include "engine/trace/migrations.h"

#include <array>

namespace engine {

namespace {

// Released migrations stay as they are; docs/formats/gates.md explains the columns.
constexpr std::array kGateMigrations{
    Migration{R"sql(
        CREATE TABLE gate_runs(
            id INTEGER PRIMARY KEY,
            created TEXT NOT NULL,
            model TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            enhancement TEXT NOT NULL,
            layers INTEGER NOT NULL CHECK(layers BETWEEN 1 AND 65536),
            width INTEGER NOT NULL CHECK(width BETWEEN 1 AND 1048576),
            settings TEXT NOT NULL);
        CREATE TABLE gate_tokens(
            run INTEGER NOT NULL REFERENCES gate_runs(id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK(position >= 0),
            token INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            origin INTEGER NOT NULL CHECK(origin IN (0, 1)),
            probability REAL,
            PRIMARY KEY(run, position)) WITHOUT ROWID;
        CREATE TABLE gate_summaries(
            run INTEGER NOT NULL REFERENCES gate_runs(id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK(position >= 0),
            layers BLOB NOT NULL,
            PRIMARY KEY(run, position)) WITHOUT ROWID;
        CREATE TABLE gate_values(
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES gate_runs(id) ON DELETE CASCADE,
            layer INTEGER NOT NULL CHECK(layer >= 0),
            first INTEGER NOT NULL CHECK(first >= 0),
            tokens INTEGER NOT NULL CHECK(tokens BETWEEN 1 AND 64),
            codes BLOB NOT NULL,
            UNIQUE(run, layer, first));
    )sql"},
};

} // namespace

int gateTablesVersion() { return static_cast<int>(kGateMigrations.size()); }

Expected<void> createGateTables(Database& database) {
    return migrate(database, kGateComponent, kGateMigrations);
}

Expected<Database> openGateTrace(const std::filesystem::path& path, Database::Mode mode) {
    // A trace can be recorded again, so commits need not wait for the disk.
    auto database = Database::open(path, mode, {.syncEveryCommit = false});
    if (!database)
        return database;
    const auto id = database->applicationId();
    if (!id)
        return failure(id.error());
    const auto tables = database->queryInteger("SELECT count(*) FROM sqlite_schema");
    if (!tables)
        return failure(tables.error());
    const bool isNew = *id == 0 && *tables == 0 && mode == Database::Mode::Create;
    if (*id != kGateTraceApplicationId && !isNew)
        return failure(ErrorCode::UnsupportedFormat,
                       path.string() + ": this database is not a gate trace; choose another file name");
    if (mode == Database::Mode::ReadOnly) {
        const auto version = schemaVersion(*database, kGateComponent);
        if (!version)
            return failure(version.error());
        if (*version != static_cast<int>(kGateMigrations.size()))
            return failure(ErrorCode::UnsupportedFormat,
                           path.string() + ": gate tables of version " + std::to_string(*version) +
                               ", expected " + std::to_string(kGateMigrations.size()) +
                               (*version > static_cast<int>(kGateMigrations.size())
                                    ? "; update Inkgate to open it"
                                    : "; open it once for writing to bring it up to date"));
        return database;
    }
    if (auto made = createGateTables(*database); !made)
        return failure(std::move(made.error()));
    // Last, so that a file whose tables were not finished is not taken for a trace.
    if (isNew) {
        if (auto marked = database->setApplicationId(kGateTraceApplicationId); !marked)
            return failure(std::move(marked.error()));
    }
    return database;
}

} // namespace engine
