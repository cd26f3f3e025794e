// adamw.h: the optimiser: AdamW with RWKV's parameter groups, and the learning-rate schedule.
// Source:  docs/spec/rwkv-models.md section 12.
// Threads: step() runs on the given pool; one caller at a time. The result does not depend on the number of
//          threads.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/thread_pool.h"
#include "engine/training/parameters/parameter_layout.h"

#include <span>
#include <string_view>
#include <vector>

namespace engine {

struct AdamWSettings {
    float beta1 = 0.9f;
    float beta2 = 0.99f;
    float epsilon = 1e-18f;
    float weightDecay = 0.1f; // per unit of learning rate (decoupled), on decaying tensors
    float clip = 1.0f;        // largest norm of the gradient over all parameters
    // What the learning rate is multiplied by for the enhancement's tensors, which start at nothing on a
    // trained base and would not get far at the base's rate.
    float enhancementScale = 1.0f;
};

// How the learning rate gets from its first value to its last: on a cosine over all steps, or kept for half
// of them and then in a straight line.
enum class LearningRateDecay { Cosine, Linear };

[[nodiscard]] std::string_view name(LearningRateDecay decay); // "cosine", "linear"

// After a linear warm-up over `warmup` steps. A training that goes on from another's model at `begin` joins
// the schedule there, warmed up anew, because its optimiser is fresh.
// Source:  docs/spec/rwkv-models.md section 8, docs/spec/training.md.
struct LearningRateSchedule {
    float first = 1e-3f;
    float last = 1e-4f;
    // Steps of full size (training_settings.h).
    double warmup = 20;
    double steps = 1000;
    double begin = 0;
    LearningRateDecay decay = LearningRateDecay::Cosine;

    [[nodiscard]] float at(double step) const; // step counts from 0
};

class AdamW {
public:
    // `takes` (null: all) says which tensors it updates; of the others it only has the gradients' sums and
    // norm, and keeps the moments for whoever does.
    AdamW(const ParameterLayout& layout, const AdamWSettings& settings,
          bool (*takes)(const Parameter&) = nullptr);

    // What differs from step to step.
    struct Step {
        float learningRate = 0;
        float weightDecayShare = 1; // of the weight decay in the settings
    };
    // Sums `gradients` (one array per replica, each layout.size()) into the first and updates `parameters`.
    // Returns the norm of the summed gradient before clipping. A norm that is not finite leaves everything
    // unchanged.
    double step(std::span<float> parameters, std::span<const std::span<float>> gradients, const Step& step,
                ThreadPool& pool);

    // What the last step scaled the gradient by, so that its norm stays within bounds.
    [[nodiscard]] float clip() const { return m_clip; }

    // For checkpoints.
    [[nodiscard]] std::span<float> firstMoments() { return m_first.span(); }
    [[nodiscard]] std::span<float> secondMoments() { return m_second.span(); }
    [[nodiscard]] long steps() const { return m_steps; }
    void setSteps(long steps) { m_steps = steps; }

private:
    struct Group { // a tensor's share of one block
        std::size_t begin, end;
        float learningRateScale, weightDecay;
        bool isTaken;
    };
    AdamWSettings m_settings;
    std::vector<Group> m_groups;
    AlignedBuffer<float> m_first, m_second;
    std::vector<double> m_blockNorms;
    long m_steps = 0;
    float m_clip = 1;
};

} // namespace engine
