// operations.h: the operations with a state, in one list: each is called with one value for every sequence of
// the step, all alike but for rows and state. The backends, the selftest and the tests' reference are written
// over this list, so that a new operation needs no line in any of them.
// An operation's header holds its contract (equations, shapes, units), its struct, and the two functions by
// which a device's backend prepares it: placeWeights() and stateBegin(). CONTRIBUTING.md lists the files that
// an operation consists of.
#pragma once

#include "engine/operations/attention/sparse_attention.h"
#include "engine/operations/enhancement/adaptive_gate.h"
#include "engine/operations/enhancement/convolutional_shift.h"
#include "engine/operations/enhancement/decayed_means.h"
#include "engine/operations/enhancement/embedding_shift.h"
#include "engine/operations/enhancement/preceded_rows.h"
#include "engine/operations/enhancement/previous_rows.h"
#include "engine/operations/enhancement/source_gates.h"
#include "engine/operations/enhancement/token_rows.h"
#include "engine/operations/recurrence/wkv6.h"
#include "engine/operations/recurrence/wkv7.h"
#include "engine/operations/rows/dynamic_shift.h"
#include "engine/operations/rows/token_shift.h"

// OPERATION(name of the function, type). In the order of a block: token shift, recurrence, attention,
// enhancement.
#define INKGATE_SEQUENCE_OPERATIONS(OPERATION)                                                               \
    OPERATION(tokenShift, TokenShift)                                                                        \
    OPERATION(dynamicShift, DynamicShift)                                                                    \
    OPERATION(wkv6, Wkv6)                                                                                    \
    OPERATION(wkv7, Wkv7)                                                                                    \
    OPERATION(sparseAttention, SparseAttention)                                                              \
    OPERATION(previousRows, PreviousRows)                                                                    \
    OPERATION(precededRows, PrecededRows)                                                                    \
    OPERATION(convolutionalShift, ConvolutionalShift)                                                        \
    OPERATION(decayedMeans, DecayedMeans)                                                                    \
    OPERATION(embeddingShift, EmbeddingShift)                                                                \
    OPERATION(tokenRows, TokenRows)                                                                          \
    OPERATION(adaptiveGate, AdaptiveGate)                                                                    \
    OPERATION(sourceGates, SourceGates)
