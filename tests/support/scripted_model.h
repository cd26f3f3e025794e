// scripted_model.h: a real model whose next token depends on the current one only, as a table says; for tests
// of what is built on top of a model.
// Its blocks add nothing to the residual stream, and its head recognises the embedding of the current token.
// Under greedy sampling the script is followed exactly; at temperature 1 it is followed nearly always.
#pragma once

#include "engine/model/model.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace support {

// successors[t] is what follows token t, or -1 if that does not matter; it matters for few enough tokens
// (some dozens) that the head can tell them apart. `vocabulary`, if larger than the table, is the model's.
// Writes a model file into `folder` and loads it. Null if that fails.
[[nodiscard]] std::shared_ptr<const engine::Model>
scriptedModel(const std::vector<int>& successors, const std::filesystem::path& folder, int vocabulary = 0);

} // namespace support
