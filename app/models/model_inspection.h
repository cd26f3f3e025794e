// model_inspection.h: what can be said of a model from its file's header, without loading it.
// Threads: any; reads files.
#pragma once

#include "app/models/model_catalog.h"

#include <QString>

namespace app {

// `model`: an embedded name or a path. A file that cannot be used becomes a Broken entry with a sentence.
// `voices`: the folder of fitted gates, of which those of this model are listed; empty: none.
[[nodiscard]] ModelEntry inspectModel(const QString& model, bool isEmbedded, const QString& voices = {});

} // namespace app
