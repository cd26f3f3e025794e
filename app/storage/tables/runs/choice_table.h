// choice_table.h: the likely tokens beside those that runs wrote, in a project file: docs/formats/project.md.
// Nothing here begins a transaction: ProjectFile decides what is written together.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/runs/run_record.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QByteArray>
#include <QList>

namespace app {

[[nodiscard]] SchemaComponent choiceTables();

// Of the tokens from number `first` of the run on, packed one by one (packChoices()).
[[nodiscard]] engine::Expected<void> writeChoices(engine::Database& database, RunId run, qsizetype first,
                                                  const QList<QByteArray>& choices);
// These are all that the run has.
[[nodiscard]] engine::Expected<void> replaceChoices(engine::Database& database, RunId run,
                                                    const QList<QByteArray>& choices);
// By the token's number. Empty where there are none or they are damaged; nothing at all of a run without.
[[nodiscard]] engine::Expected<QList<QByteArray>> readChoices(engine::Database& database, RunId run);

} // namespace app
