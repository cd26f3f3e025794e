#include "app/models/model_names.h"

#include <QFileInfo>
#include <QHash>

#include <algorithm>

namespace app {

namespace {

// The last `folders` folders that a file is in.
QString foldersOf(const QString& path, qsizetype folders) {
    const QStringList parts = QFileInfo(path).absolutePath().split(u'/', Qt::SkipEmptyParts);
    return parts.mid(std::max<qsizetype>(0, parts.size() - folders)).join(u'/');
}

// What tells `model` from the other files of the same name.
QString distinction(const QString& model, const QStringList& others) {
    qsizetype folders = 1;
    for (const QString& other : others) {
        const qsizetype depth = model.count(u'/');
        while (folders < depth && foldersOf(other, folders) == foldersOf(model, folders))
            ++folders;
        if (foldersOf(other, folders) == foldersOf(model, folders))
            return QFileInfo(model).fileName(); // in one folder
    }
    return foldersOf(model, folders);
}

} // namespace

QStringList distinctNames(const QList<ModelEntry>& entries) {
    QHash<QString, QStringList> sameLabel;
    for (const ModelEntry& entry : entries)
        sameLabel[entry.label.toCaseFolded()].append(entry.model);
    QStringList names;
    for (const ModelEntry& entry : entries) {
        QStringList others = sameLabel.value(entry.label.toCaseFolded());
        others.removeOne(entry.model);
        // The model that comes with Inkgate is in no folder of the writer's and keeps its plain name.
        if (others.isEmpty() || entry.isEmbedded)
            names.append(entry.label);
        else
            names.append(QStringLiteral("%1 (%2)").arg(entry.label, distinction(entry.model, others)));
    }
    return names;
}

} // namespace app
