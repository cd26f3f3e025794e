// operation_cases.h: the cases of each operation of Backend.
#pragma once

#include "engine/selftest/operation_test.h"

namespace engine::selftest {

void embeddingCases(OperationTest& test);
void layerNormCases(OperationTest& test);
void linearCases(OperationTest& test);
void lowRankCases(OperationTest& test);
void tokenShiftCases(OperationTest& test);
void dynamicShiftCases(OperationTest& test);
void wkv6Cases(OperationTest& test);
void wkv7Cases(OperationTest& test);
void previousRowsCases(OperationTest& test);
void convolutionalShiftCases(OperationTest& test);
void adaptiveGateCases(OperationTest& test);
void tokenDrawCases(OperationTest& test);

} // namespace engine::selftest
