#include "engine/trace/migrations.h"

namespace engine {

namespace {

// The row of a component; the table exists.
Expected<int> readVersion(Database& database, std::string_view component) {
    auto statement = database.prepare("SELECT version FROM schema_version WHERE component = ?1");
    if (!statement)
        return failure(std::move(statement.error()));
    const auto row = statement->bind(1, component).step();
    if (!row)
        return failure(row.error());
    if (!*row)
        return 0;
    const std::int64_t version = statement->integer(0);
    if (version < 0 || version > 1'000'000)
        return failure(ErrorCode::FileDamaged, database.path().string() + ": the schema version " +
                                                   std::to_string(version) + " makes no sense");
    return static_cast<int>(version);
}

Expected<void> writeVersion(Database& database, std::string_view component, std::size_t version) {
    auto statement = database.prepare("INSERT INTO schema_version(component, version) VALUES (?1, ?2) "
                                      "ON CONFLICT(component) DO UPDATE SET version = excluded.version");
    if (!statement)
        return failure(std::move(statement.error()));
    return statement->bind(1, component).bind(2, version).run();
}

Expected<void> refuseNewer(const Database& database, int version, std::size_t known) {
    if (version <= static_cast<int>(known))
        return {};
    return failure(ErrorCode::UnsupportedFormat,
                   database.path().string() + ": written by a newer Inkgate (version " +
                       std::to_string(version) + " of its tables, this one knows " + std::to_string(known) +
                       "); update Inkgate to open it");
}

} // namespace

Expected<int> schemaVersion(Database& database, std::string_view component) {
    const auto exists = database.hasTable("schema_version");
    if (!exists)
        return failure(exists.error());
    if (!*exists)
        return 0;
    return readVersion(database, component);
}

Expected<void> migrate(Database& database, std::string_view component,
                       std::span<const Migration> migrations) {
    const auto before = schemaVersion(database, component);
    if (!before)
        return failure(before.error());
    if (auto known = refuseNewer(database, *before, migrations.size()); !known)
        return known;
    if (*before == static_cast<int>(migrations.size()))
        return {};
    if (*before > 0) {
        const std::string copy = database.path().string() + ".v" + std::to_string(*before) + ".backup";
        if (auto done = database.backupTo(copy); !done)
            return done;
    }

    auto transaction = Transaction::begin(database);
    if (!transaction)
        return failure(std::move(transaction.error()));
    // Another program may have migrated between the look above and the lock.
    auto done = database.execute("CREATE TABLE IF NOT EXISTS schema_version("
                                 "component TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
    if (!done)
        return done;
    const auto locked = readVersion(database, component);
    if (!locked)
        return failure(locked.error());
    if (done = refuseNewer(database, *locked, migrations.size()); !done)
        return done;
    for (std::size_t version = static_cast<std::size_t>(*locked); version < migrations.size(); ++version) {
        if (done = database.execute(std::string(migrations[version].sql)); !done)
            return failure(std::move(done.error()),
                           std::string(component) + ", schema version " + std::to_string(version + 1));
    }
    if (done = writeVersion(database, component, migrations.size()); !done)
        return done;
    return transaction->commit();
}

} // namespace engine
