#include "engine/sampling/repeat_lengths.h"

#include <algorithm>

namespace engine {

// The Z-function of the text read backwards, up to the first breaker.
void findRepeatLengths(std::span<const int> text, int least, std::span<const int> breakers,
                       std::unordered_map<int, int>& lengths, std::vector<int>& memory) {
    lengths.clear();
    const auto size = static_cast<int>(text.size());
    const auto isBreaker = [&](int token) { return std::ranges::binary_search(breakers, token); };
    const auto backwards = [&](int i) { return text[static_cast<std::size_t>(size - 1 - i)]; };
    int longest = 0; // what a match can be at most
    while (longest < size && !isBreaker(backwards(longest)))
        ++longest;
    if (longest < least)
        return;
    memory.assign(text.size(), 0);
    int left = 0;
    int right = 0; // [left, right) matches the beginning, and none that ends further right is known
    for (int i = 1; i < size; ++i) {
        int& length = memory[static_cast<std::size_t>(i)];
        if (i < right)
            length = std::min(right - i, memory[static_cast<std::size_t>(i - left)]);
        while (i + length < size && length < longest && backwards(length) == backwards(i + length))
            ++length;
        if (i + length > right) {
            left = i;
            right = i + length;
        }
        const int next = backwards(i - 1);
        if (length >= least && !isBreaker(next)) {
            int& known = lengths[next];
            known = std::max(known, length);
        }
    }
}

} // namespace engine
