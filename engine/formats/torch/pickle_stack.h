// pickle_stack.h: what a pickle's operations work on: a stack with marks, and a memo of values to come back
// to. Nothing returns an error: the first one is kept, and operations that follow in the same step go on with
// empty values until whoever steps asks for error().
// Bounded: kMaxPickleValues on the stack, in the memo, and of marks.
// Threads: a value of one thread.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/torch/pickle_value.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace engine {

inline constexpr std::size_t kMaxPickleValues = 1u << 20; // models of 61 layers have 75,000

class PickleStack {
public:
    void fail(ErrorCode code, std::string what) {
        if (!m_error)
            m_error = Error{code, std::move(what)};
    }
    void damaged(std::string what) { fail(ErrorCode::FileDamaged, std::move(what)); }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; } // the first one

    void push(PickleValue value);
    // Values below the last mark belong to an unfinished container and are out of reach.
    PickleValue* top(); // null, and an error, if there is none
    PickleValue pop();  // empty, and an error, if there is none
    // The same, and an error if it is no T, which is `expected`.
    template <class T> T popAs(const char* expected) {
        const PickleValue value = pop();
        if (const T* const held = std::get_if<T>(&value))
            return *held;
        damaged(std::string("expected ") + expected + ", found something else");
        return {};
    }
    std::vector<PickleValue> popItems(std::size_t count); // the lowest first

    void pushMark();
    std::vector<PickleValue> popToMark(); // the mark goes, too
    // Below marks as well.
    [[nodiscard]] bool hasValuesLeft() const { return !m_stack.empty() || !m_marks.empty(); }

    void memoPut(std::size_t index); // the value on top stays there
    void memoGet(std::size_t index); // onto the stack
    [[nodiscard]] std::size_t memoSize() const { return m_memo.size(); }

private:
    [[nodiscard]] bool isEmpty() const { return m_stack.size() <= (m_marks.empty() ? 0 : m_marks.back()); }

    std::vector<PickleValue> m_stack;
    std::vector<std::size_t> m_marks; // sizes of the stack when they were set
    std::vector<std::optional<PickleValue>> m_memo;
    std::optional<Error> m_error;
};

} // namespace engine
