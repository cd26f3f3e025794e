// gradient_run.h: the forward and the backward pass of a small model; states go on from call to call.
#pragma once

#include "engine/training/model_gradient.h"
#include "engine/training/products/operand.h"
#include "tests/engine/training/training_fixture.h"

#include <QTest>

#include <string>
#include <vector>

namespace fixture {

inline constexpr int kSequences = 2;
inline constexpr int kTokens = 18; // more than RWKV-7 keeps states apart

template <class Real, class Operand> struct Run {
    explicit Run(const engine::ParameterLayout& layout, int sequences = kSequences, int tokens = kTokens,
                 const engine::FrozenMatrices<Real, Operand>* frozen = nullptr)
        : layout(layout)
        , gradient(layout, sequences, tokens, frozen)
        , states(static_cast<std::size_t>(sequences), gradient.freshState())
        , tokens(sequences * tokens)
        , operands(layout.size()) {}

    double operator()(const std::vector<Real>& parameters, const std::vector<int>& inputs,
                      const std::vector<int>& targets, Real* gradients, Real pull = 0) {
        for (std::size_t i = 0; i < parameters.size(); ++i)
            engine::assign(operands[i], parameters[i]);
        engine::TrainingBatch<Real> batch;
        batch.inputs = inputs;
        batch.targets = targets;
        batch.states = states;
        batch.scale = Real(1) / Real(tokens);
        batch.logitPull = pull;
        logits.resize(inputs.size() * static_cast<std::size_t>(layout.shape().model.vocabulary));
        batch.keptLogits = logits;
        return gradient.run(parameters.data(), operands.data(), batch, gradients) / tokens;
    }

    const engine::ParameterLayout& layout;
    engine::ModelGradient<Real, Operand> gradient;
    std::vector<engine::TrainingState<Real>> states;
    int tokens;
    std::vector<Operand> operands;
    std::vector<Real> logits;
};

// Rows of the column "model": all of models().
inline void addModels() {
    QTest::addColumn<QString>("model");
    for (const std::string& name : models())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

} // namespace fixture
