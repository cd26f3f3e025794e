#include "app/engine_thread/model_shelf.h"

#include "app/engine_thread/state_keeping.h"
#include "app/voice/voice_files.h"
#include "engine/model/gate_layout.h"
#include "engine/model/model_tokenizer.h"
#include "engine/model/named_model.h"

#include <algorithm>
#include <string>
#include <utility>

namespace app {

namespace {

ModelInfo describe(const ModelChoice& choice, const engine::ModelFiles& files, const engine::Model& model,
                   const std::string& fingerprint) {
    const engine::ModelConfig& config = model.config();
    ModelInfo info;
    info.name = QString::fromStdString(files.name);
    info.gate = gateLabel(choice.gate);
    info.fingerprint = QString::fromStdString(fingerprint);
    info.architecture = QString::fromStdString(std::string(engine::architectureName(config)));
    info.enhancement = QString::fromStdString(engine::describe(config.enhancement));
    info.layers = config.layers;
    info.width = config.width;
    info.vocabulary = config.vocabulary;
    info.parameters = model.parameters();
    info.hasGates = config.enhancement.variant != engine::EnhancementConfig::Variant::None;
    for (const std::string& row : engine::gateRowNames(config.enhancement))
        info.gateRows.append(QString::fromStdString(row));
    return info;
}

} // namespace

ShelvedModel* ModelShelf::relativeOf(const ModelChoice& choice) const {
    for (const auto& shelved : m_models)
        if (shelved->choice.model == choice.model && (shelved->model->base() || !shelved->info.hasGates))
            return shelved.get();
    return nullptr;
}

engine::Expected<void> ModelShelf::openSession(ShelvedModel& shelved) {
    if (!m_pool)
        m_pool = std::make_shared<engine::ThreadPool>();
    auto opened = engine::openSession(shelved.model, m_pool, m_device);
    if (!opened)
        return failure(std::move(opened.error()));
    shelved.info.device = QString::fromStdString(opened->device);
    shelved.session = std::move(opened->session);
    return {};
}

void ModelShelf::join(ShelvedModel& base, const ShelvedModel& gated) {
    base.session = gated.session;
    base.usesEnhancement = false;
    base.info.device = gated.info.device;
}

void ModelShelf::forget(const ShelvedModel* shelved) {
    std::erase_if(m_models, [&](const auto& other) { return other.get() == shelved; });
}

engine::Expected<std::unique_ptr<ShelvedModel>> ModelShelf::load(const ModelChoice& choice) {
    ShelvedModel* const relative = relativeOf(choice);
    std::shared_ptr<const engine::Model> base;
    if (relative != nullptr)
        base = relative->model->base() ? relative->model->base() : relative->model;
    auto named = engine::loadNamedModel({choice.model.toStdString(), choice.gate.toStdString()}, {}, base);
    if (!named)
        return failure(std::move(named.error()));
    const std::shared_ptr<const engine::Model> model = named->model;

    auto shelved = std::make_unique<ShelvedModel>();
    shelved->choice = choice;
    shelved->model = model;
    const bool sharesWeights = base != nullptr && (model == base || model->base() == base);
    if (sharesWeights) { // then a prompt of both is encoded once
        shelved->tokenizer = relative->tokenizer;
    } else {
        auto tokenizer = engine::loadTokenizerOf(named->files, *model);
        if (!tokenizer)
            return failure(std::move(tokenizer.error()));
        shelved->tokenizer = std::move(*tokenizer);
    }
    const auto& fingerprint = model->fingerprint();
    if (!fingerprint)
        return failure(fingerprint.error());
    shelved->info = describe(choice, named->files, *model, *fingerprint);

    const bool isBaseOfRelative = relative != nullptr && relative->model->base() == model;
    if (isBaseOfRelative) {
        join(*shelved, *relative);
        return shelved;
    }
    // The base's own session goes first: on a device the weights are there only once.
    const bool isGateOnRelative = relative != nullptr && model->base() == relative->model;
    if (isGateOnRelative)
        relative->session.reset();
    if (auto opened = openSession(*shelved); !opened) {
        if (isGateOnRelative)
            forget(relative);
        return failure(std::move(opened.error()));
    }
    if (isGateOnRelative)
        join(*relative, *shelved);
    return shelved;
}

engine::Expected<ShelvedModel*> ModelShelf::get(const ModelChoice& choice) {
    const auto found =
        std::ranges::find_if(m_models, [&choice](const auto& shelved) { return shelved->choice == choice; });
    if (found != m_models.end()) {
        m_models.splice(m_models.begin(), m_models, found);
        return m_models.front().get();
    }
    // Before loading, so that three models never share the memory; those that share their weights last.
    if (const ShelvedModel* const relative = relativeOf(choice); relative != nullptr)
        m_models.splice(m_models.begin(), m_models, std::ranges::find_if(m_models, [&](const auto& shelved) {
                            return shelved.get() == relative;
                        }));
    while (m_models.size() >= kCapacity)
        m_models.pop_back();
    auto loaded = load(choice);
    if (!loaded)
        return failure(std::move(loaded.error()));
    m_models.push_front(std::move(*loaded));
    restoreStates(*m_models.front(), m_offered);
    return m_models.front().get();
}

ShelvedModel* ModelShelf::find(const ModelChoice& choice) const {
    const auto found =
        std::ranges::find_if(m_models, [&choice](const auto& shelved) { return shelved->choice == choice; });
    return found == m_models.end() ? nullptr : found->get();
}

void ModelShelf::giveUpDevice() {
    m_device = engine::DeviceChoice::Cpu;
    m_models.clear();
}

const QList<KeptState>& ModelShelf::keep(QList<KeptState> states) {
    m_offered = withThoseOfAnother(std::move(states), m_offered);
    return m_offered;
}

void ModelShelf::offerStates(const QList<KeptState>& states) {
    m_offered = states;
    for (const auto& model : m_models)
        restoreStates(*model, m_offered);
}

} // namespace app
