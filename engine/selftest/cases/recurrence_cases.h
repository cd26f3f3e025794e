// recurrence_cases.h: what the cases of wkv6 and wkv7 have in common: head sizes, batches, and the rows that
// each sequence has of the inputs.
#pragma once

#include "engine/selftest/cases/operation_case.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace engine::selftest {

struct RecurrenceShape {
    int heads = 0, headSize = 0;
    bool isFirst = false;   // of the operation's two variants
    bool isInPlace = false; // the output takes the receptance's place
    Batch batch;

    [[nodiscard]] std::string name() const { return describe(batch) + (isInPlace ? " in place" : ""); }
    [[nodiscard]] std::size_t width() const {
        return static_cast<std::size_t>(heads) * static_cast<std::size_t>(headSize);
    }
    [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(tokensOf(batch)) * width(); }
};

// Groups by head size and variant, which have these names.
void recurrenceCases(OperationTest& test, const std::string& first, const std::string& second,
                     const std::function<void(Group&, const RecurrenceShape&)>& compare);

// An operation for every sequence; fill(op, offset of its rows in the [T,C] tensors) sets what differs from
// recurrence to recurrence.
template <class Operation, class Fill>
std::vector<Operation> recurrences(const RecurrenceShape& shape, const Placed& at, Fill fill) {
    std::vector<Operation> ops;
    std::size_t first = 0;
    for (std::size_t s = 0; s < shape.batch.size(); ++s) {
        Operation& op = ops.emplace_back();
        op.tokens = shape.batch[s].tokens;
        op.heads = shape.heads;
        op.headSize = shape.headSize;
        op.state = at.state(s);
        fill(op, first);
        first += static_cast<std::size_t>(op.tokens) * shape.width();
    }
    return ops;
}

} // namespace engine::selftest
