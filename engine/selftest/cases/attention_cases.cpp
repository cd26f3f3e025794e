// Sparse attention: chunks of every size, chosen by each head or together, all of them or a few, from the
// beginning or from within a chunk, alone and in batches.
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <algorithm>
#include <array>
#include <deque>

namespace engine::selftest {

namespace {

// A softmax of some hundred products of up to 160 in float32, and e^x within some 2^-22.
constexpr double kBound = 2e-5;

constexpr std::array kTokens{1, 17, 33};
constexpr int kLongest = 33;

struct AttentionCase {
    AttentionShape shape;
    int complete = 0, chosen = 0;
    bool isShared = false;
    bool hasVotes = true;
    int firstPage = 0, firstToken = 0;
    Batch batch;
};

// Some pages begin, some are in the middle, and some become full.
int filledBefore(const AttentionCase& wanted, std::size_t sequence) {
    const int room = wanted.shape.chunk - wanted.batch[sequence].tokens;
    const int all[] = {room, 0, room / 2, 2 * room / 3};
    return all[sequence % std::size(all)];
}

class AttentionPagesOfCase {
public:
    AttentionPagesOfCase(OperationTest& test, OperationCase& one, const AttentionCase& wanted)
        : m_wanted(wanted) {
        for (std::size_t s = 0; s < wanted.batch.size(); ++s) {
            auto& pages = m_complete.emplace_back();
            for (int i = 0; i < wanted.complete; ++i)
                pages.push_back(one.input("page " + std::to_string(i), pageValues(test)));
            m_own.push_back(one.bits("own page", pageValues(test)));
        }
    }

    [[nodiscard]] AttentionPages operator()(const Placed& at, std::size_t sequence) {
        std::vector<float*>& complete = m_pointers.emplace_back();
        for (const Tensor& page : m_complete[sequence])
            complete.push_back(at(page));
        const int filled = filledBefore(m_wanted, sequence);
        const bool beginsInOwn = m_wanted.firstPage == m_wanted.complete;
        return {.complete = complete,
                .own = at(m_own[sequence]),
                .filled = filled,
                .chosen = m_wanted.chosen,
                .isShared = m_wanted.isShared,
                .firstPage = m_wanted.firstPage,
                .firstToken = beginsInOwn ? std::min(m_wanted.firstToken, filled) : m_wanted.firstToken};
    }

private:
    // Halves in pairs are no floats to be drawn.
    [[nodiscard]] std::vector<float> pageValues(OperationTest& test) const {
        const AttentionShape& shape = m_wanted.shape;
        std::vector<float> values = test.values(shape.pageFloats());
        if (!shape.isHalf)
            return values;
        const std::vector<float> halves = test.values(2 * (values.size() - shape.width()));
        const auto stored = std::as_writable_bytes(std::span(values).subspan(shape.width()));
        // Cannot fail: the sizes agree.
        static_cast<void>(fromFloat32(DataType::Float16, halves, stored));
        return values;
    }

    const AttentionCase& m_wanted;
    std::vector<std::vector<Tensor>> m_complete;
    std::vector<Tensor> m_own;
    std::deque<std::vector<float*>> m_pointers;
};

void compareAttention(OperationTest& test, Group& group, const AttentionCase& wanted) {
    OperationCase one(test, group,
                      std::to_string(wanted.chosen) + " of " + std::to_string(wanted.complete) + " chunks" +
                          (wanted.isShared ? " for all heads, " : ", ") +
                          (wanted.firstToken > 0 ? "from within one, " : "") + describe(wanted.batch));
    const std::size_t width = wanted.shape.width();
    const std::size_t count = static_cast<std::size_t>(tokensOf(wanted.batch)) * width;
    const auto votes = static_cast<std::size_t>(wanted.hasVotes ? wanted.complete : 0);
    one.setBatch(wanted.batch, width + votes);
    const Tensor query = one.input("query", count);
    const Tensor key = one.input("key", count);
    const Tensor value = one.input("value", count);
    const Tensor output = one.output("output", count);
    const Tensor choices = one.output("choices", count);
    AttentionPagesOfCase pages(test, one, wanted);
    one.setAttention([&](const Placed& at, std::size_t s) {
        return std::vector<AttentionPages>{{}, pages(at, s)};
    });
    one.compare(kBound, [&](const Placed& at) {
        std::vector<SparseAttention> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < wanted.batch.size(); ++s) {
            ops.push_back({.tokens = wanted.batch[s].tokens,
                           .block = 1,
                           .shape = wanted.shape,
                           .pages = pages(at, s),
                           .query = at(query, first),
                           .key = at(key, first),
                           .value = at(value, first),
                           .output = at(output, first),
                           .choices = at(choices, first),
                           .state = at.state(s),
                           .votes = static_cast<int>(votes)});
            first += static_cast<std::size_t>(wanted.batch[s].tokens) * width;
        }
        at.backend().sparseAttention(ops);
    });
}

} // namespace

void sparseAttentionCases(OperationTest& test) {
    struct Kind {
        int complete, chosen;
        bool isShared, hasVotes;
        int firstPage, firstToken;
    };
    constexpr Kind kKinds[] = {{0, 2, false, true, 0, 0}, {1, 2, false, true, 0, 0},
                               {6, 2, false, true, 0, 0}, {5, 0, false, false, 0, 0},
                               {5, 3, true, true, 0, 0},  {5, 9, false, false, 0, 0},
                               {5, 1, true, false, 4, 3}, {3, 1, true, false, 3, 2}};
    const std::vector<int> headSizes = test.isQuick() ? std::vector{27, 64} : std::vector{27, 64, 160};
    const auto compare = [&](Group& group, int headSize, bool isHalf, int chunk, const Kind& kind,
                             const Batch& batch) {
        compareAttention(test, group,
                         {{headSize > 64 ? 2 : 3, headSize, chunk, isHalf},
                          kind.complete,
                          kind.chosen,
                          kind.isShared,
                          kind.hasVotes,
                          kind.firstPage,
                          kind.firstToken,
                          batch});
    };
    const auto all = batches(kTokens);
    for (const int headSize : headSizes)
        for (const bool isHalf : {true, false})
            test.group("head size " + std::to_string(headSize) + (isHalf ? ", float16" : ", float32"),
                       [&](Group& group) {
                           for (const int chunk : {kLongest, 50})
                               for (std::size_t kind = 0; kind < std::size(kKinds); ++kind)
                                   for (const Batch& batch : all)
                                       if (batch.size() < kMostSequences || (chunk == kLongest && kind == 2))
                                           compare(group, headSize, isHalf, chunk, kKinds[kind], batch);
                           compare(group, headSize, isHalf, 300, kKinds[2], {{.tokens = 7}});
                       });
}

} // namespace engine::selftest
