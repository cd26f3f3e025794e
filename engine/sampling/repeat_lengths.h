// repeat_lengths.h: where a token would repeat what stands in the text already (DRY; docs/spec/sampling.md
// section 4).
// Threads: a value; one thread at a time.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

namespace engine {

// Per token that has followed the text's end before: how many tokens at that end stood before it there, the
// most of all its places, if at least `least` (1 or more). `breakers`, ascending: no match runs over one of
// these, and none of them is in the result. Linear in the length of the text. `memory` is overwritten.
void findRepeatLengths(std::span<const int> text, int least, std::span<const int> breakers,
                       std::unordered_map<int, int>& lengths, std::vector<int>& memory);

} // namespace engine
