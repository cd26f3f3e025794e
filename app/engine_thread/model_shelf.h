// model_shelf.h: the models the engine thread has loaded, ready to run: weights, vocabulary and a session
// each. Keeps the few used last, so that comparing does not load two models each time. Models of one name
// that differ in their gate, a file of its own, share the base's weights.
// Threads: engine thread only.
#pragma once

#include "app/engine_thread/token_memory.h"
#include "app/generation/generation_options.h"
#include "app/generation/kept_state.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/model/model.h"
#include "engine/runtime/devices.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state_cache.h"
#include "engine/tokenizer/tokenizer.h"

#include <list>
#include <memory>

namespace app {

struct ShelvedModel {
    ModelChoice choice;
    ModelInfo info;
    std::shared_ptr<const engine::Model> model;
    std::shared_ptr<const engine::Tokenizer> tokenizer;
    // A base model and one with a gate on it run in one session, that of the gate: comparing them then reads
    // each weight once per token.
    std::shared_ptr<engine::Session> session;
    bool usesEnhancement = true;   // false: it is the base in the session of a gate
    TokenMemory tokenMemory;       // so that a pause of typing does not tokenise the story again
    engine::StateCache stateCache; // so that going on, or trying again, does not read the story again
};

class ModelShelf {
public:
    // Comparing needs two at a time; a third one would only hold memory.
    static constexpr std::size_t kCapacity = 2;

    // Loads the model unless it is here. The pointer is valid until two other
    // models have been asked for.
    // Errors: those of loadNamedModel(), loadTokenizerOf() and openSession().
    [[nodiscard]] engine::Expected<ShelvedModel*> get(const ModelChoice& choice);

    // The model if it is here; null if not. Does not count as asking for it.
    [[nodiscard]] ShelvedModel* find(const ModelChoice& choice) const;

    // The GPU has failed or is full: from now on models run on the processor. Forgets those that
    // are here.
    void giveUpDevice();

    // What a project keeps of its text; for the models that are here, and those that come, until the next
    // call.
    void offerStates(const QList<KeptState>& states);
    // What a project should keep, now that a model knows `states` of its text: offered from now on.
    [[nodiscard]] const QList<KeptState>& keep(QList<KeptState> states);

private:
    [[nodiscard]] engine::Expected<std::unique_ptr<ShelvedModel>> load(const ModelChoice& choice);
    // The one whose weights a model of this name can share; null if there is none.
    [[nodiscard]] ShelvedModel* relativeOf(const ModelChoice& choice) const;
    [[nodiscard]] engine::Expected<void> openSession(ShelvedModel& shelved);
    // Takes the session of `gated`, which stands on its weights.
    static void join(ShelvedModel& base, const ShelvedModel& gated);
    void forget(const ShelvedModel* shelved);

    std::shared_ptr<engine::ThreadPool> m_pool;        // made with the first model, on the engine thread
    std::list<std::unique_ptr<ShelvedModel>> m_models; // the one used last comes first
    QList<KeptState> m_offered;
    engine::DeviceChoice m_device = engine::DeviceChoice::Auto;
};

} // namespace app
