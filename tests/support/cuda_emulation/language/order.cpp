#include "tests/support/cuda_emulation/language/order.h"
#include "tests/support/cuda_emulation/language/device_language.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string>

namespace cuda_emulation {

Order::Order(std::string_view name, std::uint64_t launch) {
    constexpr std::string_view kRandom = "random:";
    if (name.empty() || name == "forward")
        return;
    if (name == "reverse") {
        m_kind = Kind::Reverse;
        return;
    }
    std::uint64_t seed = 0;
    const char* end = name.data() + name.size();
    if (!name.starts_with(kRandom) || std::from_chars(name.data() + kRandom.size(), end, seed).ptr != end)
        fail("unknown order \"%s\": expected forward, reverse or random:<seed>", std::string(name).c_str());
    m_kind = Kind::Random;
    std::seed_seq words{seed, launch};
    m_random.seed(words);
}

std::size_t Order::pick(std::size_t count) {
    switch (m_kind) {
    case Kind::Forward: return 0;
    case Kind::Reverse: return count - 1;
    case Kind::Random: return m_random() % count;
    }
    return 0;
}

std::vector<std::size_t> Order::arrangement(std::size_t count) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    if (m_kind == Kind::Reverse)
        std::reverse(numbers.begin(), numbers.end());
    if (m_kind == Kind::Random)
        std::shuffle(numbers.begin(), numbers.end(), m_random);
    return numbers;
}

} // namespace cuda_emulation
