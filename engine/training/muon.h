// muon.h: Muon, the optimiser of weight matrices: the direction is the momentum made orthogonal, in which no
// part of a matrix learns faster than another.
//   M = μ M + (1-μ) G;  B = (1-μ) G + μ M;  X = B / (‖B‖ + 1e-7)
//   five times:  A = X Xᵀ;  X = a X + (b A + c A A) X
//   W = W - lr ( sqrt(max(1, outputs / inputs)) X + λ W, where X and W have the same sign )
// Source:  docs/spec/training.md. For receptance, key, value, output and gate of time mixing and key, value
//          and receptance of channel mixing; everything else is AdamW's (adamw.h), which also keeps M.
// Threads: one at a time; the products are spread over the pool.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cstddef>
#include <span>
#include <vector>

namespace engine {

struct MuonSettings {
    bool isUsed = false;
    float learningRate = 0.02f; // times the share that the schedule leaves of its first rate
    float weightDecay = 0;      // λ at the start; falls in a line to 0 at the end
    float firstMomentum = 0.85f;
    float momentum = 0.95f; // μ, reached in a line after momentumWarmup steps
    int momentumWarmup = 300;
};

class Muon {
public:
    explicit Muon(const ParameterLayout& layout);

    [[nodiscard]] static bool takes(const Parameter& parameter);

    // What differs from step to step.
    struct Step {
        float learningRate = 0;
        float weightDecay = 0;
        float momentum = 0; // μ
        float clip = 1;     // what gradients are scaled by
    };
    // All arrays are of the layout; only its own matrices change. Errors: those of multiply().
    [[nodiscard]] Expected<void> step(std::span<float> parameters, std::span<const float> gradients,
                                      std::span<float> momenta, const Step& step, ThreadPool& pool);

private:
    struct Matrix {
        std::size_t offset = 0;
        int outputs = 0, inputs = 0;
        [[nodiscard]] std::size_t size() const {
            return static_cast<std::size_t>(outputs) * static_cast<std::size_t>(inputs);
        }
    };

    void updateMomentum(const Matrix& matrix, std::span<const float> gradients, std::span<float> momenta,
                        const Step& step, ThreadPool& pool);
    [[nodiscard]] Expected<void> orthogonalise(int rows, int columns, ThreadPool& pool);
    void move(const Matrix& matrix, std::span<float> parameters, const Step& step, ThreadPool& pool) const;

    std::vector<Matrix> m_matrices;
    AlignedBuffer<float> m_direction;    // B, then X, wide: [min, max] of outputs and inputs
    AlignedBuffer<float> m_next;         // X of the next step
    AlignedBuffer<float> m_gram, m_both; // [min, min]: A; b A + c A A
    std::vector<double> m_squares;       // of each output's row of B: added up in order, whatever the threads
    ProductScratch m_scratch;
};

} // namespace engine
