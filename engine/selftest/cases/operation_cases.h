// operation_cases.h: the cases of each operation of Backend, <name>Cases().
#pragma once

#include "engine/backend/operations.h"
#include "engine/selftest/operation_test.h"

namespace engine::selftest {

void embeddingCases(OperationTest& test);
void layerNormCases(OperationTest& test);
void linearCases(OperationTest& test);
void lowRankCases(OperationTest& test);
void tokenDrawCases(OperationTest& test);

#define INKGATE_DECLARE(name, Operation) void name##Cases(OperationTest& test);
INKGATE_SEQUENCE_OPERATIONS(INKGATE_DECLARE)
#undef INKGATE_DECLARE

} // namespace engine::selftest
