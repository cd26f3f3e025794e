#include "app/engine_thread/model_shelf.h"

#include "app/engine_thread/state_keeping.h"
#include "engine/model/model_files.h"
#include "engine/model/model_tokenizer.h"
#include "engine/runtime/generation.h"

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
    info.gate = choice.gate;
    info.fingerprint = QString::fromStdString(fingerprint);
    info.architecture = QString::fromStdString(std::string(engine::name(config.architecture)));
    info.enhancement = QString::fromStdString(engine::describe(config.enhancement));
    info.layers = config.layers;
    info.width = config.width;
    info.vocabulary = config.vocabulary;
    info.parameters = model.parameters();
    info.hasGates = config.enhancement.variant != engine::EnhancementConfig::Variant::None;
    return info;
}

} // namespace

engine::Expected<std::unique_ptr<ShelvedModel>> ModelShelf::load(const ModelChoice& choice) {
    const auto files = engine::findModelFiles(choice.model.toStdString(), choice.gate.toStdString());
    if (!files)
        return tl::unexpected(files.error());
    auto model = files->gate ? engine::Model::load(files->base, *files->gate, {})
                             : engine::Model::load(files->base, {});
    if (!model)
        return tl::unexpected(std::move(model.error()));
    auto tokenizer = engine::loadTokenizerOf(*files, **model);
    if (!tokenizer)
        return tl::unexpected(std::move(tokenizer.error()));
    if (auto fits = engine::checkVocabulary((*model)->config(), **tokenizer); !fits)
        return tl::unexpected(std::move(fits.error()));

    if (!m_pool)
        m_pool = std::make_shared<engine::ThreadPool>();
    auto shelved = std::make_unique<ShelvedModel>();
    shelved->choice = choice;
    const auto& fingerprint = (*model)->fingerprint();
    if (!fingerprint)
        return tl::unexpected(fingerprint.error());
    shelved->info = describe(choice, *files, **model, *fingerprint);
    auto opened = engine::openSession(*model, m_pool, m_device);
    if (!opened)
        return tl::unexpected(std::move(opened.error()));
    shelved->info.device = QString::fromStdString(opened->device);
    shelved->session = std::move(opened->session);
    shelved->model = std::move(*model);
    shelved->tokenizer = std::move(*tokenizer);
    return shelved;
}

engine::Expected<ShelvedModel*> ModelShelf::get(const ModelChoice& choice) {
    const auto found =
        std::ranges::find_if(m_models, [&choice](const auto& shelved) { return shelved->choice == choice; });
    if (found != m_models.end()) {
        m_models.splice(m_models.begin(), m_models, found);
        return m_models.front().get();
    }
    // Before loading, so that three models never share the memory.
    while (m_models.size() >= kCapacity)
        m_models.pop_back();
    auto loaded = load(choice);
    if (!loaded)
        return tl::unexpected(std::move(loaded.error()));
    m_models.push_front(std::move(*loaded));
    restoreStates(*m_models.front(), m_offered);
    return m_models.front().get();
}

void ModelShelf::giveUpCard() {
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
