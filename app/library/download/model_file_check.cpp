#include "app/library/download/fetch_settings.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/model_check.h"

#include <QFile>

namespace app {

namespace {

// The engine's sentence without the path in front.
QString reasonOf(const engine::Error& error) {
    const QString message = QString::fromStdString(error.message);
    const qsizetype colon = message.startsWith(u'/') ? message.indexOf(QStringLiteral(": ")) : -1;
    return colon < 0 ? message : message.mid(colon + 2);
}

} // namespace

QString checkModelFile(const QString& path) {
    const auto checkpoint = engine::Checkpoint::open(QFile::encodeName(path).toStdString());
    if (!checkpoint)
        return reasonOf(checkpoint.error());
    const auto model = engine::checkModel(*checkpoint);
    return model ? QString() : reasonOf(model.error());
}

} // namespace app
