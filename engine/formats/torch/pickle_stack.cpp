#include "engine/formats/torch/pickle_stack.h"

namespace engine {

void PickleStack::push(PickleValue value) {
    if (m_stack.size() >= kMaxPickleValues)
        return damaged("expected at most " + std::to_string(kMaxPickleValues) + " values on the stack");
    m_stack.push_back(value);
}

PickleValue* PickleStack::top() {
    if (!isEmpty())
        return &m_stack.back();
    damaged("an operation lacks its values");
    return nullptr;
}

PickleValue PickleStack::pop() {
    const PickleValue* const last = top();
    if (!last)
        return {};
    const PickleValue value = *last;
    m_stack.pop_back();
    return value;
}

std::vector<PickleValue> PickleStack::popItems(std::size_t count) {
    std::vector<PickleValue> items(count);
    for (std::size_t i = count; i-- > 0;)
        items[i] = pop();
    return items;
}

void PickleStack::pushMark() {
    if (m_marks.size() >= kMaxPickleValues)
        return damaged("expected at most " + std::to_string(kMaxPickleValues) + " open containers");
    m_marks.push_back(m_stack.size());
}

std::vector<PickleValue> PickleStack::popToMark() {
    if (m_marks.empty()) {
        damaged("an operation lacks its mark");
        return {};
    }
    const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<PickleValue> items(begin, m_stack.end());
    m_stack.erase(begin, m_stack.end());
    m_marks.pop_back();
    return items;
}

void PickleStack::memoPut(std::size_t index) {
    const PickleValue* const value = top();
    if (!value)
        return;
    if (index >= kMaxPickleValues)
        return damaged("expected a memo of at most " + std::to_string(kMaxPickleValues) + " values");
    if (index >= m_memo.size())
        m_memo.resize(index + 1);
    m_memo[index] = *value;
}

void PickleStack::memoGet(std::size_t index) {
    if (index >= m_memo.size() || !m_memo[index])
        return damaged("nothing was kept in the memo under " + std::to_string(index));
    push(*m_memo[index]);
}

} // namespace engine
