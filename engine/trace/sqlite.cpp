#include "engine/trace/sqlite.h"

#include "engine/trace/single_file.h"

#include <sqlite3.h>

#include <cassert>
#include <system_error>

namespace engine {

namespace {

Error errorFor(int result, const std::string& path, const std::string& detail) {
    const auto error = [&](ErrorCode code, const std::string& sentence) {
        return Error{code, path.empty() ? sentence : path + ": " + sentence};
    };
    switch (result & 0xFF) {
    case SQLITE_FULL: return error(ErrorCode::WriteFailed, "the disk is full; free some space and try again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error(ErrorCode::WriteFailed,
                     "the file is locked by another program or window; close it there and try again");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return error(ErrorCode::WriteFailed,
                     "the file or its folder is write-protected; save it in a folder of your own");
    case SQLITE_NOTADB: return error(ErrorCode::UnsupportedFormat, "the file is not an SQLite database");
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return error(ErrorCode::FileDamaged,
                     "the database is damaged (" + detail + "); go back to a backup copy of it");
    case SQLITE_CANTOPEN:
        return error(ErrorCode::FileUnreadable,
                     "the file cannot be opened; check the path and that you may read and write there");
    case SQLITE_IOERR:
        switch (result) {
        case SQLITE_IOERR_WRITE:
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_DIR_FSYNC:
        case SQLITE_IOERR_TRUNCATE:
        case SQLITE_IOERR_SHMSIZE:
            return error(ErrorCode::WriteFailed,
                         "the disk did not take the data (" + detail + "); check it and its free space");
        default:
            return error(ErrorCode::FileUnreadable,
                         "the disk reports an error (" + detail + "); check the disk");
        }
    case SQLITE_NOMEM:
        return error(ErrorCode::OutOfMemory, "not enough memory for the database; close other programs");
    case SQLITE_INTERRUPT: return error(ErrorCode::Cancelled, "the database operation was interrupted");
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return error(ErrorCode::InvalidArgument, "the database does not take these values: " + detail);
    default: return error(ErrorCode::Internal, "the database refused a statement: " + detail);
    }
}

std::string fileName(sqlite3* database) {
    const char* name = database ? sqlite3_db_filename(database, nullptr) : nullptr;
    return name ? name : "";
}

Error errorOf(sqlite3* database, int result) {
    return errorFor(result, fileName(database), sqlite3_errmsg(database));
}

Failure failed(sqlite3* database, int result) { return failure(errorOf(database, result)); }

// All pages in one step: a copy that pauses would start anew whenever another connection writes.
Expected<void> copyPages(sqlite3* from, sqlite3* to, const std::string& path) {
    sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return failure(errorFor(sqlite3_errcode(to), path, sqlite3_errmsg(to)));
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    const int result = stepped != SQLITE_DONE ? stepped : finished;
    if (result != SQLITE_OK)
        return failure(errorFor(result, path, sqlite3_errstr(result)));
    return {};
}

} // namespace

// Statement

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::noteBinding(int result) {
    assert(result != SQLITE_RANGE && "no such parameter");
    assert(result != SQLITE_MISUSE && "bound while rows are being read");
    if (result != SQLITE_OK && m_bindingResult == SQLITE_OK)
        m_bindingResult = result;
}

Statement& Statement::bindInteger(int parameter, std::int64_t value) {
    noteBinding(sqlite3_bind_int64(m_statement.get(), parameter, value));
    return *this;
}

Statement& Statement::bind(int parameter, double value) {
    noteBinding(sqlite3_bind_double(m_statement.get(), parameter, value));
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view utf8) {
    // A null pointer would bind NULL, but an empty text is not an absent one.
    noteBinding(sqlite3_bind_text64(m_statement.get(), parameter, utf8.data() ? utf8.data() : "", utf8.size(),
                                    SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::byte> blob) {
    const int result = blob.empty() ? sqlite3_bind_zeroblob(m_statement.get(), parameter, 0)
                                    : sqlite3_bind_blob64(m_statement.get(), parameter, blob.data(),
                                                          blob.size(), SQLITE_TRANSIENT);
    noteBinding(result);
    return *this;
}

Statement& Statement::bindNull(int parameter) {
    noteBinding(sqlite3_bind_null(m_statement.get(), parameter));
    return *this;
}

Expected<bool> Statement::step() {
    sqlite3_stmt* statement = m_statement.get();
    if (const int bindingResult = std::exchange(m_bindingResult, SQLITE_OK); bindingResult != SQLITE_OK)
        return failure(
            errorFor(bindingResult, fileName(sqlite3_db_handle(statement)), sqlite3_errstr(bindingResult)));
    const int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        return true;
    // The message belongs to the connection, so it is taken before reset() touches that.
    if (result != SQLITE_DONE) {
        auto error = failed(sqlite3_db_handle(statement), result);
        sqlite3_reset(statement);
        return error;
    }
    sqlite3_reset(statement);
    return false;
}

Expected<void> Statement::run() {
    Expected<bool> row = step();
    while (row && *row)
        row = step();
    sqlite3_clear_bindings(m_statement.get());
    if (!row)
        return failure(std::move(row.error()));
    return {};
}

void Statement::reset() { sqlite3_reset(m_statement.get()); }

bool Statement::isNull(int column) const {
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(m_statement.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(m_statement.get(), column); }

std::string_view Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_statement.get(), column));
    if (!text)
        return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column))};
}

std::span<const std::byte> Statement::blob(int column) const {
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_statement.get(), column));
    if (!bytes)
        return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column))};
}

// Database

// Statements may outlive their Database by a moment (members destroyed in any order); the "v2" close waits
// for them.
void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Expected<Database> Database::open(const std::filesystem::path& path, Mode mode, const Options& options) {
    std::error_code ignored;
    if (mode != Mode::Create && !options.file && !std::filesystem::exists(path, ignored))
        return failure(ErrorCode::FileNotFound, path.string() + ": there is no such file");
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE; // one thread per connection: no locks needed
    switch (mode) {
    case Mode::ReadOnly: flags |= SQLITE_OPEN_READONLY; break;
    case Mode::ReadWrite: flags |= SQLITE_OPEN_READWRITE; break;
    case Mode::Create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    }
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &handle, flags,
                                       options.file ? options.file->vfsName().c_str() : nullptr);
    Database database;
    database.m_database.reset(handle);
    database.m_path = path;
    if (opened != SQLITE_OK)
        return failure(
            errorFor(opened, path.string(), handle ? sqlite3_errmsg(handle) : sqlite3_errstr(opened)));

    sqlite3_busy_timeout(handle, options.busyTimeoutMs);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    std::string setup = "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON; PRAGMA schema_version;";
    // What undoes a transaction is in memory; what finishes one is the file's own business.
    if (options.file)
        setup += "PRAGMA journal_mode=MEMORY; PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL;";
    // A database on a file system without shared memory keeps its rollback journal; that is as safe, only
    // slower.
    else if (!database.isReadOnly())
        setup += "PRAGMA journal_mode=WAL; PRAGMA synchronous=" +
                 std::string(options.syncEveryCommit ? "FULL;" : "NORMAL;");
    if (auto done = database.execute(setup); !done)
        return failure(std::move(done.error()));
    return database;
}

bool Database::isReadOnly() const { return sqlite3_db_readonly(m_database.get(), "main") == 1; }

Expected<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int result =
        sqlite3_prepare_v2(m_database.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (result != SQLITE_OK)
        return failed(m_database.get(), result);
    assert(statement && "empty SQL");
    return Statement(statement);
}

Expected<void> Database::execute(const std::string& sql) {
    const int result = sqlite3_exec(m_database.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK)
        return failed(m_database.get(), result);
    return {};
}

Expected<std::int64_t> Database::queryInteger(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement)
        return failure(std::move(statement.error()));
    const auto row = statement->step();
    if (!row)
        return failure(row.error());
    if (!*row)
        return failure(ErrorCode::Internal, m_path.string() + ": no row for " + std::string(sql));
    return statement->integer(0);
}

Expected<bool> Database::hasTable(std::string_view table) {
    auto statement = prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
    if (!statement)
        return failure(std::move(statement.error()));
    return statement->bind(1, table).step();
}

std::int64_t Database::lastInsertedId() const { return sqlite3_last_insert_rowid(m_database.get()); }

std::int64_t Database::changedRows() const { return sqlite3_changes64(m_database.get()); }

Expected<std::int64_t> Database::applicationId() { return queryInteger("PRAGMA application_id"); }

Expected<void> Database::setApplicationId(std::int32_t id) {
    return execute("PRAGMA application_id=" + std::to_string(id));
}

Expected<void> Database::backupTo(const std::filesystem::path& destination) {
    const std::filesystem::path unfinished = destination.string() + ".unfinished";
    std::error_code systemError;
    std::filesystem::remove(unfinished, systemError);
    {
        sqlite3* handle = nullptr;
        const int opened =
            sqlite3_open_v2(unfinished.c_str(), &handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, nullptr);
        const std::unique_ptr<sqlite3, Close> copy(handle);
        if (opened != SQLITE_OK)
            return failure(errorFor(opened, unfinished.string(), sqlite3_errstr(opened)));
        if (auto copied = copyPages(m_database.get(), handle, unfinished.string()); !copied) {
            std::filesystem::remove(unfinished, systemError);
            return copied;
        }
    }
    std::filesystem::rename(unfinished, destination, systemError);
    if (systemError) {
        std::error_code ignored;
        std::filesystem::remove(unfinished, ignored);
        return failure(ErrorCode::WriteFailed, destination.string() + ": the copy cannot be put in place (" +
                                                   systemError.message() + ")");
    }
    return {};
}

Expected<void> Database::copyTo(Database& empty) {
    return copyPages(m_database.get(), empty.m_database.get(), empty.path().string());
}

Expected<void> Database::checkpoint() {
    const int result =
        sqlite3_wal_checkpoint_v2(m_database.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (result != SQLITE_OK)
        return failed(m_database.get(), result);
    return {};
}

Expected<void> Database::checkIntegrity() {
    auto statement = prepare("PRAGMA integrity_check(1)");
    if (!statement)
        return failure(std::move(statement.error()));
    const auto row = statement->step();
    if (!row)
        return failure(row.error());
    if (const std::string finding(statement->text(0)); finding != "ok")
        return failure(errorFor(SQLITE_CORRUPT, m_path.string(), finding));
    return {};
}

// Transaction

Expected<Transaction> Transaction::begin(Database& database) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun)
        return failure(std::move(begun.error()));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)) {}

Transaction::~Transaction() {
    // SQLite may have rolled back by itself (disk full); then this fails, and nothing is left to undo.
    if (m_database)
        (void)m_database->execute("ROLLBACK");
}

Expected<void> Transaction::commit() {
    assert(m_database && "committed twice");
    auto done = m_database->execute("COMMIT");
    if (done)
        m_database = nullptr;
    return done;
}

} // namespace engine
