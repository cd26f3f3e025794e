// run_table.h: runs, their tokens and their gates in a project file (docs/formats/project.md).
// Nothing here begins a transaction: ProjectFile decides what is written together.
// Errors: those of engine/trace/sqlite.h; FileDamaged for rows that contradict each other.
// Threads: as engine::Database, which must outlive the table and must not be moved.
#pragma once

#include "app/storage/project_content.h"
#include "app/storage/tables/runs/prompt_table.h"
#include "engine/core/error.h"
#include "engine/trace/gate_store.h"
#include "engine/trace/sqlite.h"

#include <QHash>
#include <QList>

#include <map>

namespace app {

inline constexpr auto kPassageOption = "passage"; // beside the options: docs/formats/project.md

class RunTable {
public:
    explicit RunTable(engine::Database& database)
        : m_database(database)
        , m_prompts(database) {}

    [[nodiscard]] engine::Expected<void> write(const RunChanged& change);
    [[nodiscard]] engine::Expected<void> write(const RunGrown& growth);
    [[nodiscard]] engine::Expected<void> write(const RunRestored& run);
    // Call before committing: gate values wait for full blocks otherwise.
    [[nodiscard]] engine::Expected<void> flush();
    // Call after a transaction was undone: forgets what was prepared for it.
    void forgetUnwritten();

    // All runs with their tokens. One that was being written when the program ended reads as finished and
    // cancelled.
    [[nodiscard]] engine::Expected<QList<RunRecord>> readAll();
    // Writes where those runs hang that a version before 4 wrote (run_parents.h).
    [[nodiscard]] engine::Expected<void> findParents();
    [[nodiscard]] engine::Expected<QList<RunId>> withGates();
    // Summaries only. No frames if the run has none.
    [[nodiscard]] engine::Expected<GateFrames> readGates(RunId run);
    [[nodiscard]] engine::Expected<ChannelMap> readChannels(RunId run, int layer);

private:
    [[nodiscard]] engine::Expected<void> readTokens(QHash<RunId, RunRecord>& runs);
    [[nodiscard]] engine::Expected<void> addGateRun(RunId run, const GateFrames& gates);

    engine::Database& m_database;
    PromptTable m_prompts;
    std::map<RunId, engine::GateStoreWriter> m_gateWriters; // of the runs being written
};

} // namespace app
