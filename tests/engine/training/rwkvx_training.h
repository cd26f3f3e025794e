// rwkvx_training.h: small trainings of RWKV-X, from beginning to end.
#pragma once

#include "engine/training/trainer.h"
#include "tests/engine/training/text_folder.h"

#include <stop_token>
#include <string>
#include <vector>

namespace fixture {

struct Course {
    std::vector<double> losses; // by step
    std::string problem;
};

inline Course trainAll(engine::TrainingSettings settings, bool resume = false, int stopAt = 0) {
    settings.checkpointSeconds = 0; // a report after every step
    Course course;
    engine::ThreadPool pool(2);
    std::stop_source stop;
    const auto result = engine::train(
        settings, resume, pool,
        [&](const engine::TrainingReport& r) {
            if (r.step > 0)
                course.losses.push_back(r.loss);
            if (stopAt > 0 && r.step >= stopAt)
                stop.request_stop();
        },
        stop.get_token());
    if (!result)
        course.problem = result.error().message;
    return course;
}

// Of two layers, on the folder's text.
inline engine::TrainingSettings rwkvX(const TextFolder& folder, const char* output, int blocks) {
    engine::TrainingSettings settings = folder.small(output);
    settings.shape.model.architecture = engine::Architecture::Rwkv7;
    settings.shape.model.sparse = {.blocks = blocks, .chunk = 8, .chunks = 3};
    settings.segment = settings.window;
    return settings;
}

} // namespace fixture
