// model_table.h: what `inkgate-cli models list` prints: the catalogue's models, and others that are here.
// Threads: pure functions; reads the folder of the library.
#pragma once

#include "app/library/catalogue.h"
#include "app/library/estimate.h"
#include "engine/cli/output/json_output.h"

#include <QString>

namespace app {

// null for 0 or less, which stands for what is not known.
[[nodiscard]] engine::Json numberOrNull(double value);

// One object per model.
[[nodiscard]] engine::Json modelsJson(const Catalogue& catalogue, const QString& library,
                                      const MachineFacts& machine);
void printModels(const engine::Json& models);

} // namespace app
