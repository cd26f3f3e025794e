// rwkv6_pass-inl.h: one forward and backward pass, step by step as in docs/spec/rwkv-models.md section 4 and
// docs/spec/enhanced-rwkv.md. Row n = sequence * tokens + token. "Operand" arrays feed matrix products; all
// else is Real.
#include "engine/training/products/matrix_operands.h"
#include "engine/training/ops/channel_mixing-inl.h"
#include "engine/training/ops/cross_entropy-inl.h"
#include "engine/training/ops/enhancement-inl.h"
#include "engine/training/ops/normalisation-inl.h"
#include "engine/training/ops/sparse_product-inl.h"
#include "engine/training/ops/token_shift-inl.h"
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/ops/wkv6-inl.h"
#include "engine/training/rwkv6_gradient.h"

#include <algorithm>
#include <cstring>

#if defined(INKGATE_ENGINE_TRAINING_RWKV6_PASS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_RWKV6_PASS_INL_H
#undef INKGATE_ENGINE_TRAINING_RWKV6_PASS_INL_H
#else
#define INKGATE_ENGINE_TRAINING_RWKV6_PASS_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Rows of logits made at a time: 512 rows of 8192 float32 stay in the last-level cache.
inline constexpr int kHeadRows = 512;

template <class Real, class Operand> class Rwkv6Pass {
public:
    using Batch = typename Rwkv6Gradient<Real, Operand>::Batch;
    using Layer = LayerActivations<Real, Operand>;

    Rwkv6Pass(const ParameterLayout& layout, GradientWorkspace<Real, Operand>& workspace, int sequences,
              int tokens, const Real* parameters, const Operand* operands, const Batch& batch,
              Real* gradients)
        : m_layout(layout)
        , m_config(layout.shape().model)
        , m_workspace(workspace)
        , m_sequences(sequences)
        , m_tokens(tokens)
        , m_rows(sequences * tokens)
        , m_width(m_config.width)
        , m_feedForward(m_config.feedForward)
        , m_mixRank(layout.shape().mixRank)
        , m_decayRank(layout.shape().decayRank)
        , m_parameters(parameters)
        , m_operands(operands)
        , m_batch(batch)
        , m_gradients(gradients) {}

    double run() {
        auto& ws = m_workspace;
        ws.skippedMultiplyAdds = 0;
        const Real* table = m_parameters + m_layout.embedding;
        for (int n = 0; n < m_rows; ++n)
            std::memcpy(ws.embedded.data() + std::size_t(n) * m_width,
                        table + std::size_t(m_batch.inputs[std::size_t(n)]) * m_width,
                        m_width * sizeof(Real));
        layerNormForward(ws.embedded.data(), parameter(m_layout.ln0Weight), parameter(m_layout.ln0Bias),
                         m_rows, m_width, ws.layers[0].x.data(), ws.mean0.data(), ws.scale0.data());
        for (int l = 0; l < m_config.layers; ++l) {
            Real* out = l + 1 < m_config.layers ? ws.layers[std::size_t(l) + 1].x.data() : ws.out.data();
            forwardLayer(l, out);
        }
        for (auto& state : m_batch.states)
            state.position += m_tokens;
        const double loss = head();
        if (m_gradients) {
            for (int l = m_config.layers - 1; l >= 0; --l)
                backwardLayer(l);
            backwardEmbedding();
        }
        return loss;
    }

private:
    const Real* parameter(std::size_t offset) const { return m_parameters + offset; }
    const Operand* operand(std::size_t offset) const { return m_operands + offset; }
    Real* gradient(std::size_t offset) const { return m_gradients + offset; }

    // y [rows,out] (+)= x [rows,in] Wᵀ for a linear weight [out,in].
    void linear(const Operand* x, std::size_t weight, int in, int out, Real* y,
                bool accumulate = false) const {
        matrixProduct<Real, Operand>({m_rows, out, in}, {x, in, false}, {operand(weight), in, true}, y, out,
                                     accumulate);
    }
    // dx [rows,in] (+)= d [rows,out] W; dW += dᵀ x.
    void linearBackward(const Operand* x, const Operand* d, std::size_t weight, int in, int out, Real* dx,
                        bool accumulate) const {
        matrixProduct<Real, Operand>({m_rows, in, out}, {d, out, false}, {operand(weight), in, false}, dx, in,
                                     accumulate);
        matrixProduct<Real, Operand>({out, in, m_rows}, {d, out, true}, {x, in, false}, gradient(weight), in,
                                     true);
    }
    // y [rows,out] (+)= x [rows,in; rows ldx apart] A for a low-rank factor [in,out].
    void factor(const Operand* x, int ldx, std::size_t weight, int in, int out, Real* y,
                bool accumulate = false) const {
        matrixProduct<Real, Operand>({m_rows, out, in}, {x, ldx, false}, {operand(weight), out, false}, y,
                                     out, accumulate);
    }
    // dx [rows,in; rows lddx apart] (+)= d [rows,out] Aᵀ; dA += xᵀ d.
    void factorBackward(const Operand* x, int ldx, const Operand* d, std::size_t weight, int in, int out,
                        Real* dx, int lddx, bool accumulate) const {
        matrixProduct<Real, Operand>({m_rows, in, out}, {d, out, false}, {operand(weight), out, true}, dx,
                                     lddx, accumulate);
        matrixProduct<Real, Operand>({in, out, m_rows}, {x, ldx, true}, {d, out, false}, gradient(weight),
                                     out, true);
    }

    // Rows of a sequence's carried state in layer l.
    struct Carried {
        Real *attentionShift, *wkv, *feedForwardShift, *enhancement;
    };
    Carried carried(int sequence, int l) const {
        const std::size_t wkvSize = std::size_t(m_width) * m_config.headSize;
        const std::size_t rows = std::size_t(carriedRows(m_config.enhancement)) * m_width;
        Real* at = m_batch.states[std::size_t(sequence)].values.data() +
                   std::size_t(l) * (2 * m_width + wkvSize + rows);
        return {at, at + m_width, at + m_width + wkvSize, at + 2 * m_width + wkvSize};
    }

    // Norms x into the rows behind each sequence's carried row, puts that row in place and carries the last
    // one on.
    void shiftedNorm(const Real* x, std::size_t weight, std::size_t bias, int l, bool attention, Real* p,
                     Real* mean, Real* scale) const {
        for (int s = 0; s < m_sequences; ++s) {
            const Carried c = carried(s, l);
            Real* row = attention ? c.attentionShift : c.feedForwardShift;
            Real* first = p + std::size_t(s) * (m_tokens + 1) * m_width;
            std::memcpy(first, row, m_width * sizeof(Real));
            const std::size_t n = std::size_t(s) * m_tokens;
            layerNormForward(x + n * m_width, parameter(weight), parameter(bias), m_tokens, m_width,
                             first + m_width, mean + n, scale + n);
            std::memcpy(row, first + std::size_t(m_tokens) * m_width, m_width * sizeof(Real));
        }
    }

    void forwardLayer(int l, Real* out) {
        auto& ws = m_workspace;
        Layer& a = ws.layers[std::size_t(l)];
        const LayerOffsets& o = m_layout.layer(l);
        const std::size_t plane = std::size_t(m_rows) * m_width;

        // Time mixing.
        shiftedNorm(a.x.data(), o.ln1Weight, o.ln1Bias, l, true, a.p.data(), a.mean1.data(), a.scale1.data());
        tokenShiftForward(a.p.data(), parameter(o.mixX), m_sequences, m_tokens, m_width, a.mixInput.data());
        factor(a.mixInput.data(), m_width, o.mixDown, m_width, 5 * m_mixRank, ws.wide.data());
        tanhForward(ws.wide.data(), std::size_t(m_rows) * 5 * m_mixRank, a.mixHidden.data());
        for (int j = 0; j < 5; ++j) {
            factor(a.mixHidden.data() + j * m_mixRank, 5 * m_mixRank,
                   o.mixUp + std::size_t(j) * m_mixRank * m_width, m_mixRank, m_width, ws.da.data());
            convertToOperand(ws.da.data(), plane, a.mixes.data() + j * plane);
        }
        dynamicTokenShiftForward(a.p.data(), parameter(o.mixes), alignedSize(std::size_t(m_width)),
                                 a.mixes.data(), m_sequences, m_tokens, m_width, a.mixed.data());
        const Operand *xw = a.mixed.data(), *xk = xw + plane, *xv = xk + plane, *xr = xv + plane,
                      *xg = xr + plane;
        linear(xr, o.receptance, m_width, m_width, a.r.data());
        linear(xk, o.key, m_width, m_width, a.k.data());
        linear(xv, o.value, m_width, m_width, a.v.data());
        linear(xg, o.gate, m_width, m_width, a.gate.data());
        factor(xw, m_width, o.decayDown, m_width, m_decayRank, ws.wide.data());
        tanhForward(ws.wide.data(), std::size_t(m_rows) * m_decayRank, a.decayHidden.data());
        factor(a.decayHidden.data(), m_decayRank, o.decayUp, m_decayRank, m_width, a.logDecay.data());
        decayForward(parameter(o.decay), m_rows, m_width, a.logDecay.data(), a.decay.data());
        wkvForward(l, a, parameter(o.bonus));
        groupNormGateForward(a.wkv.data(), a.gate.data(), parameter(o.groupNormWeight),
                             parameter(o.groupNormBias), m_rows, m_config.heads, m_config.headSize,
                             Real(m_config.groupNormEpsilon), a.gated.data());
        std::memcpy(a.afterAttention.data(), a.x.data(), plane * sizeof(Real));
        linear(a.gated.data(), o.output, m_width, m_width, a.afterAttention.data(), true);

        // Channel mixing.
        shiftedNorm(a.afterAttention.data(), o.ln2Weight, o.ln2Bias, l, false, a.q.data(), a.mean2.data(),
                    a.scale2.data());
        tokenShiftForward(a.q.data(), parameter(o.channelMixKey), m_sequences, m_tokens, m_width,
                          a.channelKeyInput.data());
        tokenShiftForward(a.q.data(), parameter(o.channelMixReceptance), m_sequences, m_tokens, m_width,
                          a.channelReceptanceInput.data());
        linear(a.channelKeyInput.data(), o.channelKey, m_width, m_feedForward, ws.wide.data());
        a.isSparse = collectsEntries(ws.wide.data(), a);
        if (a.isSparse) {
            sparseValue(a, o);
        } else {
            squaredReluForward(ws.wide.data(), std::size_t(m_rows) * m_feedForward, a.channelKey.data());
            linear(a.channelKey.data(), o.channelValue, m_feedForward, m_width, a.value.data());
        }
        linear(a.channelReceptanceInput.data(), o.channelReceptance, m_width, m_width, a.receptance.data());

        if (m_config.enhancement.variant == EnhancementConfig::Variant::None)
            receptanceForward(a.afterAttention.data(), a.value.data(), plane, a.receptance.data(), out);
        else {
            receptanceForward(a.afterAttention.data(), a.value.data(), plane, a.receptance.data(),
                              ws.da.data());
            forwardEnhancement(l, a, o, ws.da.data(), out);
        }
    }

    // Whether the squared relu of x leaves so little that products leave out the zeros. Only where operands
    // are Real: products of bfloat16 are quicker dense.
    bool collectsEntries(const Real* x, Layer& a) const {
        if constexpr (std::is_same_v<Real, Operand>)
            return fitsSparseProducts<Real>(m_width) && collectSquaredRelu(x, a.entries);
        else
            return false;
    }
    void countSkipped(const Layer& a, int products) const {
        const double entries = a.entries.rowStart[std::size_t(m_rows)];
        m_workspace.skippedMultiplyAdds += products * (double(m_rows) * m_feedForward - entries) * m_width;
    }
    void sparseValue(Layer& a, const LayerOffsets& o) const {
        if constexpr (std::is_same_v<Real, Operand>) {
            countSkipped(a, 1);
            Real* packed = m_workspace.packed.data();
            packSlicesTransposed(operand(o.channelValue), m_feedForward, m_width, packed);
            rowsProduct(a.entries, a.entries.value.data(), packed, m_width, a.value.data());
        }
    }

    void wkvForward(int l, Layer& a, const Real* bonus) const {
        const int n = m_config.headSize;
        const std::size_t wkvSize = std::size_t(m_width) * n;
        for (int s = 0; s < m_sequences; ++s) {
            Real* state = carried(s, l).wkv;
            std::memcpy(a.startState.data() + s * wkvSize, state, wkvSize * sizeof(Real));
            for (int h = 0; h < m_config.heads; ++h) {
                const std::size_t at = std::size_t(s) * m_tokens * m_width + std::size_t(h) * n;
                withHeadSize([&](auto size) {
                    wkv6ForwardHead<Real, decltype(size)::value>(
                        a.r.data() + at, a.k.data() + at, a.v.data() + at, a.decay.data() + at, bonus + h * n,
                        m_tokens, std::size_t(m_width), state + std::size_t(h) * n * n, a.wkv.data() + at);
                });
            }
        }
    }

    template <class Body> void withHeadSize(Body&& body) const {
        switch (m_config.headSize) {
        case 16: return body(std::integral_constant<int, 16>());
        case 32: return body(std::integral_constant<int, 32>());
        case 64: return body(std::integral_constant<int, 64>());
        case 128: return body(std::integral_constant<int, 128>());
        default: return; // Rwkv6Gradient's constructor does not allow it
        }
    }

    // h [rows,width] without carried rows in, out = enhanced rows.
    void forwardEnhancement(int l, Layer& a, const LayerOffsets& o, const Real* h, Real* out) {
        const EnhancementConfig& config = m_config.enhancement;
        auto& ws = m_workspace;
        const std::size_t plane = std::size_t(m_rows) * m_width;
        const int before = carriedRows(config);
        for (int s = 0; s < m_sequences; ++s) {
            Real* rows = a.h.data() + std::size_t(s) * (m_tokens + before) * m_width;
            Real* kept = carried(s, l).enhancement;
            std::memcpy(rows, kept, std::size_t(before) * m_width * sizeof(Real));
            std::memcpy(rows + std::size_t(before) * m_width, h + std::size_t(s) * m_tokens * m_width,
                        std::size_t(m_tokens) * m_width * sizeof(Real));
            std::memcpy(kept, rows + std::size_t(m_tokens) * m_width,
                        std::size_t(before) * m_width * sizeof(Real));
        }
        const bool learned = o.gateBias != LayerOffsets::kAbsent || o.routeBias != LayerOffsets::kAbsent;
        const Real* bias = nullptr;
        if (config.variant == EnhancementConfig::Variant::Adaptive) {
            for (int s = 0; s < m_sequences; ++s) // the identity shift: h[t-1]
                std::memcpy(a.s.data() + std::size_t(s) * m_tokens * m_width,
                            a.h.data() + std::size_t(s) * (m_tokens + 1) * m_width,
                            std::size_t(m_tokens) * m_width * sizeof(Real));
            if (config.shift == EnhancementConfig::Shift::Mlp) {
                convertToOperand(a.s.data(), plane, a.shiftInput.data());
                factor(a.shiftInput.data(), m_width, o.shiftDown, m_width, config.rank, ws.wide.data());
                tanhForward(ws.wide.data(), std::size_t(m_rows) * config.rank, a.shiftHidden.data());
                factor(a.shiftHidden.data(), config.rank, o.shiftUp, config.rank, m_width, a.s.data(), true);
            }
            if (learned) {
                convertToOperand(h, plane, a.gateInput.data());
                linear(a.gateInput.data(), o.gateWeight, m_width, m_width, a.g.data());
                bias = parameter(o.gateBias);
            }
        } else {
            std::vector<std::int64_t> start;
            for (const auto& state : m_batch.states)
                start.push_back(state.position);
            convShiftForward(a.h.data(), parameter(o.convWeight), parameter(o.convPosition), start.data(),
                             config.kernel, m_sequences, m_tokens, m_width, ws.wide.data(), a.s.data());
            for (int n = 0; n < m_rows; ++n) {
                Operand* row = a.gateInput.data() + std::size_t(n) * 2 * m_width;
                convertToOperand(h + std::size_t(n) * m_width, std::size_t(m_width), row);
                convertToOperand(a.s.data() + std::size_t(n) * m_width, std::size_t(m_width), row + m_width);
            }
            factor(a.gateInput.data(), 2 * m_width, o.routeDown, 2 * m_width, config.rank, ws.wide.data());
            tanhForward(ws.wide.data(), std::size_t(m_rows) * config.rank, a.routeHidden.data());
            factor(a.routeHidden.data(), config.rank, o.routeUp, config.rank, m_width, a.g.data());
            bias = parameter(o.routeBias);
        }
        Real* e = config.layerNorm ? a.e.data() : out;
        gateForward(h, a.s.data(), bias, m_rows, m_width, a.g.data(), e);
        if (config.layerNorm)
            layerNormForward(e, parameter(o.normWeight), parameter(o.normBias), m_rows, m_width, out,
                             a.mean3.data(), a.scale3.data());
    }

    // Final norm, logits, loss; leaves the gradient of the last layer's output in dx.
    double head() {
        auto& ws = m_workspace;
        const int vocabulary = m_config.vocabulary;
        const int stride = logitGradientStride<Operand>(vocabulary);
        layerNormForward(ws.out.data(), parameter(m_layout.lnOutWeight), parameter(m_layout.lnOutBias),
                         m_rows, m_width, ws.normed.data(), ws.meanOut.data(), ws.scaleOut.data());
        double loss = 0;
        for (int first = 0; first < m_rows; first += kHeadRows) {
            const int rows = std::min(kHeadRows, m_rows - first);
            const Operand* x = ws.normed.data() + std::size_t(first) * m_width;
            matrixProduct<Real, Operand>({rows, vocabulary, m_width}, {x, m_width, false},
                                         {operand(m_layout.head), m_width, true}, ws.logits.data(),
                                         vocabulary, false);
            if (!m_batch.keptLogits.empty())
                std::memcpy(m_batch.keptLogits.data() + std::size_t(first) * vocabulary, ws.logits.data(),
                            std::size_t(rows) * vocabulary * sizeof(Real));
            loss +=
                crossEntropy(ws.logits.data(), m_batch.targets.data() + first, rows, vocabulary,
                             m_batch.scale, m_batch.logitPull, ws.logitGradient.data(), std::size_t(stride));
            if (!m_gradients)
                continue;
            const Operand* d = ws.logitGradient.data();
            matrixProduct<Real, Operand>({rows, m_width, vocabulary}, {d, stride, false},
                                         {operand(m_layout.head), m_width, false},
                                         ws.da.data() + std::size_t(first) * m_width, m_width, false);
            matrixProduct<Real, Operand>({vocabulary, m_width, rows}, {d, stride, true}, {x, m_width, false},
                                         gradient(m_layout.head), m_width, true);
        }
        if (m_gradients)
            layerNormBackward<false>(ws.out.data(), ws.da.data(), parameter(m_layout.lnOutWeight), m_rows,
                                     m_width, ws.meanOut.data(), ws.scaleOut.data(), ws.dx.data(),
                                     gradient(m_layout.lnOutWeight), gradient(m_layout.lnOutBias));
        return loss;
    }

    // dx holds the gradient of the layer's output and becomes that of its input.
    void backwardLayer(int l) {
        auto& ws = m_workspace;
        Layer& a = ws.layers[std::size_t(l)];
        const LayerOffsets& o = m_layout.layer(l);
        const std::size_t plane = std::size_t(m_rows) * m_width;
        Real* dx = ws.dx.data();
        if (m_config.enhancement.variant != EnhancementConfig::Variant::None)
            backwardEnhancement(a, o);

        // Channel mixing. dx is the gradient of h = afterAttention + sigma(r) value.
        Operand *dReceptance = ws.operandA.data(), *dValue = ws.operandB.data();
        receptanceBackward(dx, a.receptance.data(), a.value.data(), plane, dReceptance, dValue);
        Real* dInput = ws.da.data();
        if (a.isSparse)
            sparseBackward(a, o, dValue, dInput);
        else {
            linearBackward(a.channelKey.data(), dValue, o.channelValue, m_feedForward, m_width,
                           ws.wide.data(), false);
            squaredReluBackward(a.channelKey.data(), ws.wide.data(), std::size_t(m_rows) * m_feedForward,
                                ws.operandWide.data());
            linearBackward(a.channelKeyInput.data(), ws.operandWide.data(), o.channelKey, m_width,
                           m_feedForward, dInput, false);
        }
        Real* dq = ws.db.data();
        std::memset(dq, 0, plane * sizeof(Real));
        tokenShiftBackward(a.q.data(), parameter(o.channelMixKey), dInput, m_sequences, m_tokens, m_width, dq,
                           gradient(o.channelMixKey));
        linearBackward(a.channelReceptanceInput.data(), dReceptance, o.channelReceptance, m_width, m_width,
                       dInput, false);
        tokenShiftBackward(a.q.data(), parameter(o.channelMixReceptance), dInput, m_sequences, m_tokens,
                           m_width, dq, gradient(o.channelMixReceptance));
        layerNormBackward<true>(a.afterAttention.data(), dq, parameter(o.ln2Weight), m_rows, m_width,
                                a.mean2.data(), a.scale2.data(), dx, gradient(o.ln2Weight),
                                gradient(o.ln2Bias));

        // Time mixing. dx is the gradient of afterAttention = x + gated Woᵀ.
        convertToOperand(dx, plane, ws.operandA.data());
        linearBackward(a.gated.data(), ws.operandA.data(), o.output, m_width, m_width, ws.da.data(), false);
        Operand* dGate = ws.operandB.data();
        groupNormGateBackward(a.wkv.data(), a.gate.data(), parameter(o.groupNormWeight),
                              parameter(o.groupNormBias), m_rows, m_config.heads, m_config.headSize,
                              Real(m_config.groupNormEpsilon), ws.da.data(), dGate,
                              gradient(o.groupNormWeight), gradient(o.groupNormBias));
        wkvBackward(a, parameter(o.bonus), gradient(o.bonus));

        // The five inputs w, k, v, r, g; their gradients stand one after another in `wide`.
        const Operand* mixed = a.mixed.data();
        Real* dMixed = ws.wide.data();
        linearBackward(mixed + 4 * plane, dGate, o.gate, m_width, m_width, dMixed + 4 * plane, false);
        convertToOperand(ws.dr.data(), plane, ws.operandA.data());
        linearBackward(mixed + 3 * plane, ws.operandA.data(), o.receptance, m_width, m_width,
                       dMixed + 3 * plane, false);
        convertToOperand(ws.dv.data(), plane, ws.operandA.data());
        linearBackward(mixed + 2 * plane, ws.operandA.data(), o.value, m_width, m_width, dMixed + 2 * plane,
                       false);
        convertToOperand(ws.dk.data(), plane, ws.operandA.data());
        linearBackward(mixed + plane, ws.operandA.data(), o.key, m_width, m_width, dMixed + plane, false);
        decayBackward(a.logDecay.data(), ws.dLog.data(), m_rows, m_width, ws.operandA.data(),
                      gradient(o.decay));
        factorBackward(a.decayHidden.data(), m_decayRank, ws.operandA.data(), o.decayUp, m_decayRank, m_width,
                       ws.da.data(), m_decayRank, false);
        tanhBackward(a.decayHidden.data(), ws.da.data(), std::size_t(m_rows) * m_decayRank,
                     ws.operandB.data());
        factorBackward(mixed, m_width, ws.operandB.data(), o.decayDown, m_width, m_decayRank, dMixed, m_width,
                       false);

        Real* dp = ws.db.data();
        dynamicTokenShiftBackward(a.p.data(), parameter(o.mixes), alignedSize(std::size_t(m_width)),
                                  a.mixes.data(), dMixed, m_sequences, m_tokens, m_width, dp,
                                  gradient(o.mixes));
        for (int j = 0; j < 5; ++j)
            factorBackward(a.mixHidden.data() + j * m_mixRank, 5 * m_mixRank, a.mixes.data() + j * plane,
                           o.mixUp + std::size_t(j) * m_mixRank * m_width, m_mixRank, m_width,
                           ws.da.data() + j * m_mixRank, 5 * m_mixRank, false);
        tanhBackward(a.mixHidden.data(), ws.da.data(), std::size_t(m_rows) * 5 * m_mixRank,
                     ws.operandWide.data());
        factorBackward(a.mixInput.data(), m_width, ws.operandWide.data(), o.mixDown, m_width, 5 * m_mixRank,
                       ws.wide.data(), m_width, false);
        tokenShiftBackward(a.p.data(), parameter(o.mixX), ws.wide.data(), m_sequences, m_tokens, m_width, dp,
                           gradient(o.mixX));
        layerNormBackward<true>(a.x.data(), dp, parameter(o.ln1Weight), m_rows, m_width, a.mean1.data(),
                                a.scale1.data(), dx, gradient(o.ln1Weight), gradient(o.ln1Bias));
    }

    // From the gradient of `value`: that of the key's input, and of both matrices.
    void sparseBackward(Layer& a, const LayerOffsets& o, const Operand* dValue, Real* dInput) const {
        if constexpr (std::is_same_v<Real, Operand>) {
            countSkipped(a, 4);
            auto& ws = m_workspace;
            SparseRows<Real>& entries = a.entries;
            Real *packed = ws.packed.data(), *d = ws.entryGradient.data();
            packSlicesTransposed(operand(o.channelValue), m_feedForward, m_width, packed);
            productsAtEntries(entries, dValue, packed, m_width, d);
            squaredReluBackward(entries, d);
            indexColumns(entries);

            // The value matrix is kept [width, feedForward], its gradient is summed the other way round.
            const std::size_t size = std::size_t(m_feedForward) * m_width;
            Real* transposed = ws.wide.data();
            std::memset(transposed, 0, size * sizeof(Real));
            packSlices(dValue, m_rows, m_width, packed);
            columnsProduct(entries, entries.value.data(), packed, m_width, transposed);
            Real* dMatrix = gradient(o.channelValue);
            transpose(transposed, std::size_t(m_feedForward), std::size_t(m_width), 0, std::size_t(m_width),
                      packed);
            for (std::size_t i = 0; i < size; ++i)
                dMatrix[i] += packed[i];

            packSlices(a.channelKeyInput.data(), m_rows, m_width, packed);
            columnsProduct(entries, d, packed, m_width, gradient(o.channelKey));
            packSlices(operand(o.channelKey), m_feedForward, m_width, packed);
            rowsProduct(entries, d, packed, m_width, dInput);
        }
    }

    // The gradient of wkv's output stands in `da`.
    void wkvBackward(const Layer& a, const Real* bonus, Real* dBonus) {
        auto& ws = m_workspace;
        const int n = m_config.headSize;
        for (int s = 0; s < m_sequences; ++s)
            for (int h = 0; h < m_config.heads; ++h) {
                const std::size_t at = std::size_t(s) * m_tokens * m_width + std::size_t(h) * n;
                const Real* start = a.startState.data() + (std::size_t(s) * m_config.heads + h) * n * n;
                withHeadSize([&](auto size) {
                    wkv6BackwardHead<Real, decltype(size)::value>(
                        a.r.data() + at, a.k.data() + at, a.v.data() + at, a.decay.data() + at, bonus + h * n,
                        ws.da.data() + at, m_tokens, std::size_t(m_width), start, ws.dr.data() + at,
                        ws.dk.data() + at, ws.dv.data() + at, ws.dLog.data() + at, dBonus + h * n,
                        ws.wkvScratch.data());
                });
            }
    }

    // dx: gradient of the enhanced rows in, of h out.
    void backwardEnhancement(Layer& a, const LayerOffsets& o) {
        const EnhancementConfig& config = m_config.enhancement;
        auto& ws = m_workspace;
        const std::size_t plane = std::size_t(m_rows) * m_width;
        Real* dh = ws.dx.data(); // h reaches e directly, so dh starts as de
        if (config.layerNorm) {
            layerNormBackward<false>(a.e.data(), dh, parameter(o.normWeight), m_rows, m_width, a.mean3.data(),
                                     a.scale3.data(), ws.da.data(), gradient(o.normWeight),
                                     gradient(o.normBias));
            std::memcpy(dh, ws.da.data(), plane * sizeof(Real));
        }
        const bool adaptive = config.variant == EnhancementConfig::Variant::Adaptive;
        const std::size_t biasOffset = adaptive ? o.gateBias : o.routeBias;
        const bool learned = biasOffset != LayerOffsets::kAbsent;
        Real* ds = ws.da.data();
        Operand* dPre = ws.operandA.data();
        gateBackward(dh, a.s.data(), a.g.data(), m_rows, m_width, ds, dPre,
                     learned ? gradient(biasOffset) : nullptr);
        if (adaptive) {
            if (learned)
                linearBackward(a.gateInput.data(), dPre, o.gateWeight, m_width, m_width, dh, true);
            if (config.shift == EnhancementConfig::Shift::Mlp) {
                convertToOperand(ds, plane, ws.operandB.data());
                factorBackward(a.shiftHidden.data(), config.rank, ws.operandB.data(), o.shiftUp, config.rank,
                               m_width, ws.wide.data(), config.rank, false);
                tanhBackward(a.shiftHidden.data(), ws.wide.data(), std::size_t(m_rows) * config.rank,
                             ws.operandB.data());
                factorBackward(a.shiftInput.data(), m_width, ws.operandB.data(), o.shiftDown, m_width,
                               config.rank, ds, m_width, true);
            }
            for (int s = 0; s < m_sequences; ++s) // s[t] is of h[t-1]
                for (std::size_t i = 0; i < std::size_t(m_tokens - 1) * m_width; ++i)
                    dh[std::size_t(s) * m_tokens * m_width + i] +=
                        ds[(std::size_t(s) * m_tokens + 1) * m_width + i];
            return;
        }
        factorBackward(a.routeHidden.data(), config.rank, dPre, o.routeUp, config.rank, m_width,
                       ws.wide.data(), config.rank, false);
        tanhBackward(a.routeHidden.data(), ws.wide.data(), std::size_t(m_rows) * config.rank,
                     ws.operandB.data());
        factorBackward(a.gateInput.data(), 2 * m_width, ws.operandB.data(), o.routeDown, 2 * m_width,
                       config.rank, ws.wide.data(), 2 * m_width, false);
        for (int n = 0; n < m_rows; ++n)
            for (int i = 0; i < m_width; ++i) {
                const std::size_t at = std::size_t(n) * m_width + i;
                dh[at] += ws.wide[std::size_t(n) * 2 * m_width + i];
                ds[at] += ws.wide[std::size_t(n) * 2 * m_width + m_width + i];
            }
        std::vector<std::int64_t> start;
        for (const auto& state : m_batch.states)
            start.push_back(state.position - m_tokens);
        convShiftBackward(a.h.data(), parameter(o.convWeight), parameter(o.convPosition), start.data(),
                          config.kernel, ds, m_sequences, m_tokens, m_width, ws.wide.data(), dh,
                          gradient(o.convWeight), gradient(o.convPosition));
    }

    void backwardEmbedding() {
        auto& ws = m_workspace;
        layerNormBackward<false>(ws.embedded.data(), ws.dx.data(), parameter(m_layout.ln0Weight), m_rows,
                                 m_width, ws.mean0.data(), ws.scale0.data(), ws.da.data(),
                                 gradient(m_layout.ln0Weight), gradient(m_layout.ln0Bias));
        for (int n = 0; n < m_rows; ++n) {
            Real* row = gradient(m_layout.embedding) + std::size_t(m_batch.inputs[std::size_t(n)]) * m_width;
            const Real* d = ws.da.data() + std::size_t(n) * m_width;
            for (int i = 0; i < m_width; ++i)
                row[i] += d[i];
        }
    }

    const ParameterLayout& m_layout;
    const ModelConfig& m_config;
    GradientWorkspace<Real, Operand>& m_workspace;
    const int m_sequences, m_tokens, m_rows, m_width, m_feedForward, m_mixRank, m_decayRank;
    const Real* m_parameters;
    const Operand* m_operands;
    const Batch& m_batch;
    Real* m_gradients;
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
