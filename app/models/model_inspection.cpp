#include "app/models/model_inspection.h"

#include "app/errors/error_text.h"
#include "app/voice/voice_files.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/config.h"
#include "engine/model/model_check.h"
#include "engine/model/model_files.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>

#include <string>

namespace app {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("app::ModelCatalog", text); }

QString labelOf(const QString& model, const engine::Expected<engine::ModelFiles>& files, bool isEmbedded) {
    if (!isEmbedded)
        return files ? QString::fromStdString(files->name) : QFileInfo(model).completeBaseName();
    QString label = model;
    label[0] = label[0].toUpper();
    return label;
}

QString architectureOf(const engine::ModelConfig& config) {
    if (config.sparse.blocks > 0)
        return QStringLiteral("RWKV-X");
    switch (config.architecture) {
    case engine::Architecture::Rwkv5: return QStringLiteral("RWKV-5.2");
    case engine::Architecture::Rwkv6: return QStringLiteral("RWKV-6");
    case engine::Architecture::Rwkv7: return QStringLiteral("RWKV-7");
    }
    return {};
}

QString describe(const engine::Checkpoint& checkpoint, const engine::ModelConfig& config) {
    double parameters = 0;
    for (const engine::TensorInfo& tensor : checkpoint.tensors())
        parameters += static_cast<double>(tensor.elements());
    const QLocale locale;
    const QString size = parameters >= 1e9 ? tr("%1 billion").arg(locale.toString(parameters / 1e9, 'f', 1))
                                           : tr("%1 million").arg(locale.toString(parameters / 1e6, 'f', 1));
    return tr("%1, %2 layers of width %3, %4 parameters")
        .arg(architectureOf(config))
        .arg(config.layers)
        .arg(config.width)
        .arg(size);
}

engine::Expected<QString> descriptionOf(const engine::Expected<engine::ModelFiles>& files) {
    if (!files)
        return failure(files.error());
    const auto checkpoint = engine::Checkpoint::open(files->base);
    if (!checkpoint)
        return failure(checkpoint.error());
    const auto model = engine::checkModel(*checkpoint); // what loading it would say
    if (!model)
        return failure(model.error());
    return describe(*checkpoint, model->config);
}

} // namespace

ModelEntry inspectModel(const QString& model, bool isEmbedded, const QString& voices) {
    ModelEntry entry;
    entry.model = model;
    const auto files = engine::findModelFiles(model.toStdString(), "none");
    entry.label = labelOf(model, files, isEmbedded);
    entry.isEmbedded = isEmbedded;
    const auto description = descriptionOf(files);
    if (!description) {
        entry.state = ModelEntry::State::Broken;
        entry.problem = modelSentence(description.error(), entry.label);
        return entry;
    }
    entry.description = *description;
    entry.state = ModelEntry::State::Ready;
    for (const std::string& gate : engine::gatesOf(model.toStdString()))
        entry.gates.append(QString::fromStdString(gate));
    entry.gates += voicesOf(voices, QString::fromStdString(files->base.string()));
    return entry;
}

} // namespace app
