#include "app/models/model_catalog.h"

#include "app/models/model_inspection.h"
#include "engine/model/model_files.h"

#include <QFileInfo>
#include <QMetaObject>

#include <algorithm>

namespace app {

ModelCatalog::ModelCatalog(QString voices, QObject* parent)
    : QObject(parent)
    , m_voices(std::move(voices)) {
    // One file at a time: inspecting is reading, and the writer's disk has other things to do.
    m_pool.setMaxThreadCount(1);
}

ModelCatalog::~ModelCatalog() {
    m_pool.clear();
    m_pool.waitForDone();
}

const ModelEntry* ModelCatalog::find(const QString& model) const {
    const auto found = std::ranges::find(m_entries, model, &ModelEntry::model);
    return found == m_entries.end() ? nullptr : &*found;
}

QStringList ModelCatalog::addedPaths() const {
    QStringList paths;
    for (const ModelEntry& entry : m_entries)
        if (!entry.isEmbedded)
            paths.append(entry.model);
    return paths;
}

void ModelCatalog::refresh(const QStringList& addedPaths) {
    m_entries.clear();
    m_pool.start([this] {
        QStringList names;
        for (const std::string& name : engine::embeddedModels())
            names.append(QString::fromStdString(name));
        QMetaObject::invokeMethod(
            this, [this, names] { listEmbedded(names); }, Qt::QueuedConnection);
    });
    for (const QString& path : addedPaths)
        list(path);
    emit entriesChanged();
}

void ModelCatalog::listEmbedded(const QStringList& names) {
    qsizetype place = 0;
    for (const QString& name : names) {
        if (find(name))
            continue;
        ModelEntry entry;
        entry.model = name;
        entry.label = name;
        entry.isEmbedded = true;
        m_entries.insert(place++, entry);
        inspect(entry);
    }
    emit entriesChanged();
}

void ModelCatalog::list(const QString& path) {
    ModelEntry entry;
    entry.model = QFileInfo(path).absoluteFilePath();
    entry.label = QFileInfo(path).completeBaseName();
    if (find(entry.model))
        return;
    m_entries.append(entry);
    inspect(entry);
}

void ModelCatalog::add(const QString& path) {
    const QString model = QFileInfo(path).absoluteFilePath();
    if (m_awaited.contains(model))
        return;
    const ModelEntry* const known = find(model);
    m_awaited.insert(model, known != nullptr);
    if (known)
        inspect(*known); // the file may be another one by now
    else
        list(model);
    emit entriesChanged();
}

void ModelCatalog::remove(const QString& path) {
    const bool isRemoved = m_entries.removeIf([&path](const ModelEntry& entry) {
        return !entry.isEmbedded && entry.model == path;
    }) > 0;
    if (isRemoved)
        emit entriesChanged();
}

void ModelCatalog::inspectAgain(const QString& model) {
    if (const ModelEntry* const entry = find(model))
        inspect(*entry);
}

void ModelCatalog::inspect(const ModelEntry& entry) {
    m_pool.start([this, model = entry.model, isEmbedded = entry.isEmbedded, voices = m_voices] {
        const ModelEntry inspected = inspectModel(model, isEmbedded, voices);
        QMetaObject::invokeMethod(
            this, [this, inspected] { update(inspected); }, Qt::QueuedConnection);
    });
}

void ModelCatalog::update(const ModelEntry& entry) {
    const auto found = std::ranges::find(m_entries, entry.model, &ModelEntry::model);
    const auto awaited = m_awaited.constFind(entry.model);
    const bool isAwaited = awaited != m_awaited.constEnd();
    const bool wasListed = isAwaited && *awaited;
    m_awaited.remove(entry.model);
    if (found == m_entries.end())
        return; // removed meanwhile
    const bool isUsable = entry.state == ModelEntry::State::Ready;
    if (isAwaited && !isUsable && !wasListed)
        m_entries.erase(found);
    else
        *found = entry;
    emit entriesChanged();
    if (isAwaited && isUsable)
        emit added(entry.model);
    else if (isAwaited)
        emit addFailed(entry.problem);
}

} // namespace app
