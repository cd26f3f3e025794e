// batch_gradient.h: the gradient of one batch, by all threads of a pool.
// Each thread has gradients of its own and works through its share of the batch alone.
// Threads: one caller at a time.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/thread_pool.h"
#include "engine/training/model_gradient.h"
#include "engine/training/run/short_contexts.h"
#include "engine/training/training_settings.h"

#include <memory>
#include <span>
#include <vector>

namespace engine {

// Operand is BFloat16 or float. Keeps references to both arguments of its constructor.
template <class Operand> class BatchGradient {
public:
    // `frozen`: as ModelGradient has it.
    BatchGradient(const ParameterLayout& layout, const TrainingSettings& settings,
                  const FrozenMatrices<float, Operand>* frozen = nullptr);

    void setParameters(std::span<const float> parameters, ThreadPool& pool);

    // Sum of -ln p over windows, one per state; with `train`, gradients() holds the gradient of their mean.
    // `weights` [as targets], or empty: what each counts for; with LongCE, which is for training alone, it
    // counts for that much more. The mean is the sum over that of the weights, weight().
    double run(std::span<const int> inputs, std::span<const int> targets,
               std::span<TrainingState<float>> states, bool train, ThreadPool& pool,
               std::span<const float> weights = {});
    // Of the last run: the sum of the weights, or the number of targets.
    [[nodiscard]] double weight() const { return m_weight; }

    // Of each thread; their sum is the gradient.
    [[nodiscard]] std::span<const std::span<float>> gradients() const { return m_views; }
    // Multiply-adds with zeros that the last run left out.
    [[nodiscard]] double skippedMultiplyAdds() const { return m_skippedMultiplyAdds; }
    // States before the first token.
    [[nodiscard]] std::vector<TrainingState<float>> freshStates(int sequences) const;

private:
    // All windows of a run; `short losses` are per thread and not among them.
    TrainingBatch<float> wholeBatch(std::span<const int> inputs, std::span<const int> targets,
                                    std::span<TrainingState<float>> states, bool train,
                                    std::span<const float> weights);
    // Piece `piece` of it: microBatch windows from there on.
    TrainingBatch<float> pieceOf(const TrainingBatch<float>& whole, int piece) const;
    // Gives each window of a piece the losses with short contexts.
    void addShortLosses(int thread, TrainingBatch<float>& piece);

    const ParameterLayout& m_layout;
    const TrainingSettings& m_settings;
    std::span<const float> m_parameters;
    AlignedBuffer<Operand> m_operands;
    std::vector<std::unique_ptr<ModelGradient<float, Operand>>> m_passes; // one per thread
    std::vector<std::unique_ptr<ShortContexts<Operand>>> m_shortContexts; // the same, with LongCE
    std::vector<std::vector<float>> m_shortLosses;                        // of each thread's piece
    std::vector<AlignedBuffer<float>> m_gradients;                        // one per thread
    std::vector<std::span<float>> m_views;
    double m_skippedMultiplyAdds = 0, m_weight = 0;
};

extern template class BatchGradient<float>;
extern template class BatchGradient<BFloat16>;

} // namespace engine
