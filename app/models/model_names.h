// model_names.h: what the models of a list are called, so that no two look alike.
// Threads: pure functions.
#pragma once

#include "app/models/model_catalog.h"

namespace app {

// One name for each entry: its label; among equal labels with the folder behind it, from as far up as tells
// them apart, or with the file's name if they share a folder: "big (models)", "big (models/old)", "big
// (big.gguf)".
[[nodiscard]] QStringList distinctNames(const QList<ModelEntry>& entries);

} // namespace app
