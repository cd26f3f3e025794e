// model_cases.h: which models are held against the processor: small ones of random weights, of every
// architecture with every enhancement.
#pragma once

#include "engine/selftest/results.h"

namespace engine::selftest {

void modelCases(const OpenDevice& open, Results& results); // "model"
void dividedModelCases(const OpenDevice& open,
                       Results& results); // "dividedModel": the first layers on the device
void greedyTextCases(const OpenDevice& open, Results& results); // "greedyText"

} // namespace engine::selftest
