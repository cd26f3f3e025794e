// sparse_attention.h (reference): docs/spec/rwkv-x.md section 2. Keys and values are those that the pages
// keep: what is rounded there is no error of this operation's.
#pragma once

#include "engine/core/data_type.h"
#include "engine/operations/attention/sparse_attention.h"
#include "tests/support/reference/tensor.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace reference {

// A page's stored values, one by one.
class StoredPage {
public:
    StoredPage(const engine::AttentionShape& shape, float* page)
        : m_shape(shape)
        , m_page(page) {}
    [[nodiscard]] double key(int head, int token, int n) const { return get(m_shape.keyAt(head, token, n)); }
    [[nodiscard]] double value(int head, int token, int n) const {
        return get(m_shape.valueAt(head, token, n));
    }
    void set(int head, int token, int n, float key, float value) const {
        put(m_shape.keyAt(head, token, n), key);
        put(m_shape.valueAt(head, token, n), value);
    }

private:
    [[nodiscard]] double get(std::size_t at) const {
        const float* const stored = m_page + m_shape.width();
        if (!m_shape.isHalf)
            return stored[at];
        std::uint16_t bits = 0;
        std::memcpy(&bits, reinterpret_cast<const char*>(stored) + at * sizeof bits, sizeof bits);
        return engine::halfToFloat(bits);
    }
    void put(std::size_t at, float value) const {
        float* const stored = m_page + m_shape.width();
        if (!m_shape.isHalf) {
            stored[at] = value;
            return;
        }
        const std::uint16_t bits = engine::floatToHalf(value);
        std::memcpy(reinterpret_cast<char*>(stored) + at * sizeof bits, &bits, sizeof bits);
    }

    engine::AttentionShape m_shape;
    float* m_page;
};

inline void appendToOwn(const engine::SparseAttention& op) {
    const engine::AttentionShape& shape = op.shape;
    const StoredPage own(shape, op.pages.own);
    if (op.pages.filled == 0)
        std::fill_n(op.state, shape.width(), 0.0f);
    for (int t = 0; t < op.tokens; ++t)
        for (int h = 0; h < shape.heads; ++h)
            for (int n = 0; n < shape.headSize; ++n) {
                const std::size_t channel = size(h) * size(shape.headSize) + size(n);
                const std::size_t at = size(t) * shape.width() + channel;
                own.set(h, op.pages.filled + t, n, op.key[at], op.value[at]);
                op.state[channel] += op.key[at];
            }
    if (op.pages.filled + op.tokens == shape.chunk)
        std::copy_n(op.state, shape.width(), op.pages.own);
}

// The complete pages that a token reads in a head, the best first.
inline std::vector<int> chosenPages(const engine::SparseAttention& op, int token, int head) {
    const engine::AttentionPages& pages = op.pages;
    const std::size_t n = size(op.shape.headSize), width = op.shape.width();
    const std::size_t first = pages.isShared ? 0 : size(head) * n, count = pages.isShared ? width : n;
    std::vector<double> scores(pages.complete.size());
    for (std::size_t page = 0; page < scores.size(); ++page)
        for (std::size_t c = first; c < first + count; ++c)
            scores[page] += static_cast<double>(op.query[size(token) * width + c]) * pages.complete[page][c];
    std::vector<int> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    order.erase(order.begin(), order.begin() + pages.firstPage);
    std::ranges::stable_sort(order, [&](int a, int b) { return scores[size(a)] > scores[size(b)]; });
    order.resize(std::min(order.size(), size(pages.chosen)));
    return order;
}

inline void attend(const engine::SparseAttention& op, int token, int head, Tensor& output) {
    const engine::AttentionShape& shape = op.shape;
    const engine::AttentionPages& pages = op.pages;
    const std::size_t n = size(shape.headSize), at = size(token) * shape.width() + size(head) * n;
    struct Seen {
        StoredPage page;
        int token = 0;
        std::size_t choice = 0;
        double share = 0;
    };
    std::vector<Seen> seen;
    const auto see = [&](float* page, int first, int end, std::size_t choice) {
        for (int t = first; t < end; ++t)
            seen.push_back({StoredPage(shape, page), t, choice});
    };
    const auto chosen = chosenPages(op, token, head);
    for (std::size_t i = 0; i < chosen.size(); ++i)
        see(pages.complete[size(chosen[i])], chosen[i] == pages.firstPage ? pages.firstToken : 0, shape.chunk,
            i);
    const bool beginsInOwn = size(pages.firstPage) == pages.complete.size();
    see(pages.own, beginsInOwn ? pages.firstToken : 0, pages.filled + token + 1, chosen.size());

    double largest = -1e300, sum = 0;
    for (Seen& one : seen) {
        for (std::size_t c = 0; c < n; ++c)
            one.share += op.query[at + c] * one.page.key(head, one.token, static_cast<int>(c));
        one.share /= std::sqrt(static_cast<double>(n));
        largest = std::max(largest, one.share);
    }
    for (Seen& one : seen)
        sum += one.share = std::exp(one.share - largest);
    Tensor shares(chosen.size() + 1);
    for (const Seen& one : seen) {
        shares[one.choice] += one.share / sum;
        for (std::size_t c = 0; c < n; ++c)
            output[at + c] += one.share / sum * one.page.value(head, one.token, static_cast<int>(c));
    }
    op.choices[at + n - 1] = 0; // of no pair if N is odd
    for (std::size_t i = 0; 2 * i + 1 < n; ++i) {
        const bool isThere = i < chosen.size();
        op.choices[at + 2 * i] = static_cast<float>(isThere ? chosen[i] : -1);
        op.choices[at + 2 * i + 1] = static_cast<float>(isThere ? shares[i] : 0);
        if (isThere && op.votes > 0)
            op.state[shape.width() + size(chosen[i])] += static_cast<float>(shares[i]);
    }
}

inline void sparseAttention(const engine::SparseAttention& op) {
    appendToOwn(op);
    Tensor output(size(op.tokens) * op.shape.width());
    for (int t = 0; t < op.tokens; ++t)
        for (int h = 0; h < op.shape.heads; ++h)
            attend(op, t, h, output);
    write(output, op.output);
}

} // namespace reference
