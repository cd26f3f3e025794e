// state_keeping.h: between the engine's snapshots of a text and the bytes a project keeps of them.
// Threads: engine thread only.
#pragma once

#include "app/assistant/kept_state.h"
#include "app/assistant/model_shelf.h"

#include <QList>

namespace app {

// The snapshots that the model used last: where its text ends, and one or two places before, for when the end changes.
// Fewer, or none, of a model whose states are very large.
[[nodiscard]] QList<KeptState> keptStates(const ShelvedModel& model);

// Puts those that are the model's back into its cache. What cannot be read is left out: the text is then read again.
void restoreStates(ShelvedModel& model, const QList<KeptState>& states);

} // namespace app
