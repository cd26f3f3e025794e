// state_keeping.h: between the engine's snapshots of a text and the bytes a project keeps of them.
// Threads: engine thread only.
#pragma once

#include "app/engine_thread/model_shelf.h"
#include "app/generation/kept_state.h"

#include <QList>

#include <span>

namespace app {

// Of what the model has read of `text`: the end; the end of `prompt`, which the text goes on from, for
// another attempt; and places ever further back, for when the text before the end changes. Fewer of a model
// whose states are large, but always one.
[[nodiscard]] QList<KeptState> keptStates(const ShelvedModel& model, std::span<const int> text,
                                          std::span<const int> prompt);

// `states`, and behind them what was kept of another model before, as far as a project may grow: comparing
// reads with two.
[[nodiscard]] QList<KeptState> withThoseOfAnother(QList<KeptState> states, const QList<KeptState>& before);

// Puts those that are the model's back into its cache. What cannot be read is left out: the text is then read
// again.
void restoreStates(ShelvedModel& model, const QList<KeptState>& states);

} // namespace app
