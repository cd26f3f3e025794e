// sqlite.h: the one wrapper over SQLite's C interface, for the gate store and the project file.
// Owned handles, parameters bound by number, every result an Expected. The sentences of errors begin with the
// file's path and say what to do:
//   WriteFailed        disk full, write-protected, or locked by another program for longer than the timeout
//   FileUnreadable     cannot be opened or read (permission, a folder, an input/output error)
//   FileNotFound       opened without Create and not there
//   UnsupportedFormat  not an SQLite database
//   FileDamaged        a database whose pages or schema contradict each other
//   InvalidArgument    a constraint of the schema refused the values, or a value is too large
//   Cancelled, OutOfMemory, Internal (our SQL is wrong)
// Threads: one connection per thread; a Database and its Statements and Transactions belong to one thread at
// a time. A Database must stay where it is while a Transaction on it lives.
#pragma once

#include "engine/core/error.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace engine {

class SingleFile;

// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
class Statement {
public:
    // A failure to bind (out of memory, value too large) is kept and returned by the next step() or run().
    template <std::integral Integer> Statement& bind(int parameter, Integer value) {
        return bindInteger(parameter, static_cast<std::int64_t>(value));
    }
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter, std::string_view utf8);
    // Without this one a string literal would bind as the number it converts to.
    Statement& bind(int parameter, const char* utf8) { return bind(parameter, std::string_view(utf8)); }
    Statement& bind(int parameter, std::span<const std::byte> blob);
    Statement& bindNull(int parameter);

    // Moves to the next row: true if there is one. After false the statement is reset and may be bound and
    // stepped again.
    [[nodiscard]] Expected<bool> step();
    // For statements without rows (or whose rows do not matter): steps to the end, resets, and forgets the
    // bindings.
    [[nodiscard]] Expected<void> run();
    // Leaves a row set before its end; bindings stay.
    void reset();

    // Of the current row. NULL reads as 0 or empty; text and blobs stay valid until the next step() or
    // reset().
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::span<const std::byte> blob(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* statement)
        : m_statement(statement) {}
    Statement& bindInteger(int parameter, std::int64_t value);
    void noteBinding(int result);

    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
    int m_bindingResult = 0;
};

class Database {
public:
    enum class Mode {
        ReadOnly,
        ReadWrite, // must exist
        Create,    // made if absent
    };
    struct Options {
        int busyTimeoutMs = 5000;
        // true: a commit is on the disk when it returns. false: after a power cut the last commits may be
        // missing; the file is consistent either way, and a killed process loses nothing that was committed.
        bool syncEveryCommit = true;
        // The file at `path`, which is then not opened again; it outlives the connection. No log is kept
        // beside it.
        SingleFile* file = nullptr;
    };

    // Opens and reads the file's header, so that a file of another kind fails here. Writable connections use
    // the write-ahead log, except with Options::file; foreign keys are checked; SQL inside the file (views,
    // triggers) is not trusted with functions.
    [[nodiscard]] static Expected<Database> open(const std::filesystem::path& path, Mode mode,
                                                 const Options& options);
    [[nodiscard]] static Expected<Database> open(const std::filesystem::path& path, Mode mode) {
        return open(path, mode, Options());
    }

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    [[nodiscard]] bool isReadOnly() const;

    [[nodiscard]] Expected<Statement> prepare(std::string_view sql); // exactly one statement
    [[nodiscard]] Expected<void> execute(const std::string& sql);    // any number, no parameters
    // The first column of the first row of a query without parameters; Internal if there is no row.
    [[nodiscard]] Expected<std::int64_t> queryInteger(std::string_view sql);
    [[nodiscard]] Expected<bool> hasTable(std::string_view table);

    [[nodiscard]] std::int64_t lastInsertedId() const;
    [[nodiscard]] std::int64_t changedRows() const; // by the last INSERT, UPDATE or DELETE

    // The number at a fixed place of the header that tells programs whose file this is; 0 in a plain
    // database.
    [[nodiscard]] Expected<std::int64_t> applicationId();
    [[nodiscard]] Expected<void> setApplicationId(std::int32_t id);

    // Copies a consistent picture of the whole database while this and other connections go on working. The
    // copy appears complete under `destination` or not at all, and replaces what was there.
    [[nodiscard]] Expected<void> backupTo(const std::filesystem::path& destination);
    // The same into an empty database that is open. An error leaves that one unusable.
    [[nodiscard]] Expected<void> copyTo(Database& empty);
    // Moves the write-ahead log into the file and empties it, so that the file alone can be copied.
    [[nodiscard]] Expected<void> checkpoint();
    // Reads every page. FileDamaged with SQLite's first finding. Takes about a second per gigabyte.
    [[nodiscard]] Expected<void> checkIntegrity();

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    Database() = default;

    std::unique_ptr<sqlite3, Close> m_database;
    std::filesystem::path m_path;
};

// Writes between begin() and commit() happen all or not at all; destroyed without commit() they are undone.
class Transaction {
public:
    // Takes the write lock at once, so that a busy database fails here and not half-way.
    [[nodiscard]] static Expected<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    // After an error everything since begin() is undone when the object goes.
    [[nodiscard]] Expected<void> commit();

private:
    explicit Transaction(Database& database)
        : m_database(&database) {}
    Database* m_database; // null: committed or moved from
};

} // namespace engine
