// How much of the gates a project keeps, and how its file gets smaller.
#include "app/storage/project_file.h"
#include "app/storage/tables/project_schema.h"
#include "app/storage/tables/runs/gate_budget_table.h"

#include <string>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

constexpr qint64 kMegabyte = 1'000'000;
constexpr int kPagesAtOnce = 256; // a megabyte, some milliseconds
// An earlier file is written anew only if much is won by it.
constexpr qint64 kWorthCompacting = 4 * kMegabyte;

Expected<std::int64_t> freePages(Database& database) {
    return database.queryInteger("PRAGMA freelist_count");
}

} // namespace

StorageResult<ProjectSizes> ProjectFile::readSizes() {
    auto sizes = readGateSizes(*m_database);
    const auto pages = m_database->queryInteger("PRAGMA page_count");
    const auto pageBytes = m_database->queryInteger("PRAGMA page_size");
    if (!sizes)
        return failure(problemOf(sizes.error(), m_path));
    for (const auto* const read : {&pages, &pageBytes})
        if (!*read)
            return failure(problemOf(read->error(), m_path));
    sizes->file = *pages * *pageBytes;
    return *sizes;
}

StorageResult<bool> ProjectFile::trimGates() {
    const auto fail = [this](const engine::Error& error) { return failure(problemOf(error, m_path)); };
    const auto budget = readGateBudget(*m_database);
    if (!budget)
        return fail(budget.error());
    if (*budget > 0) {
        auto transaction = beginMarked(*m_database);
        if (!transaction)
            return fail(transaction.error());
        const auto isLess = dropOldestGates(*m_database, *budget * kMegabyte);
        if (!isLess)
            return fail(isLess.error());
        if (*isLess) {
            if (auto done = transaction->commit(); !done)
                return fail(done.error());
            return true;
        }
    }
    const auto mode = m_database->queryInteger("PRAGMA auto_vacuum");
    const auto before = freePages(*m_database);
    if (!mode || !before)
        return fail(!mode ? mode.error() : before.error());
    if (*mode != kIncrementalVacuum || *before == 0)
        return false;
    auto transaction = beginMarked(*m_database);
    if (!transaction)
        return fail(transaction.error());
    auto done = m_database->execute("PRAGMA incremental_vacuum(" + std::to_string(kPagesAtOnce) + ")");
    if (done)
        done = transaction->commit();
    if (!done)
        return fail(done.error());
    const auto after = freePages(*m_database);
    return after && *after > 0 && *after < *before;
}

void ProjectFile::compact() {
    if (!isOnDisk() || place().kind == FilePlace::Kind::Gone)
        return;
    const auto mode = m_database->queryInteger("PRAGMA auto_vacuum");
    const auto empty = freePages(*m_database);
    const auto pages = m_database->queryInteger("PRAGMA page_count");
    const auto pageBytes = m_database->queryInteger("PRAGMA page_size");
    if (!mode || !empty || !pages || !pageBytes || *mode == kIncrementalVacuum || *empty * 2 < *pages ||
        *empty * *pageBytes < kWorthCompacting)
        return;
    // If it cannot be done, the file is as it was, and only larger than it need be.
    (void)m_database->execute("PRAGMA auto_vacuum=" + std::to_string(kIncrementalVacuum) + "; VACUUM");
}

} // namespace app
