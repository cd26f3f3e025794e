// model_catalog.h: the models a writer can choose: those that come with Inkgate and those whose files the
// writer added. Looking into files happens on a pool thread; entries change from Inspecting to Ready or
// Broken as answers come.
// Threads: GUI thread only.
#pragma once

#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>

#include <optional>

namespace app {

struct ModelEntry {
    enum class State { Inspecting, Ready, Broken };

    QString model;       // what ModelChoice::model takes: an embedded name or an absolute path
    QString label;       // short, for lists: "Tales", "my-model"
    QString description; // one line: "RWKV-6, 6 layers of width 384, 10.2 million parameters"
    QStringList gates;   // what ModelChoice::gate takes besides "none"
    bool isEmbedded = false;
    State state = State::Inspecting;
    QString problem; // Broken: one sentence

    bool operator==(const ModelEntry&) const = default;
};

class ModelCatalog : public QObject {
    Q_OBJECT

public:
    explicit ModelCatalog(QObject* parent = nullptr);
    ~ModelCatalog() override; // waits for the inspection that is going on

    [[nodiscard]] const QList<ModelEntry>& entries() const { return m_entries; }
    [[nodiscard]] const ModelEntry* find(const QString& model) const; // null if not listed

    // Looks for embedded models and inspects everything anew; entriesChanged() follows.
    void refresh(const QStringList& addedPaths);
    // Lists a model file of the writer's. Added twice it is listed once.
    void add(const QString& path);
    void remove(const QString& path); // embedded models stay
    [[nodiscard]] QStringList addedPaths() const;

signals:
    void entriesChanged();

private:
    void inspect(const ModelEntry& entry);
    void listEmbedded(const QStringList& names);
    void update(const ModelEntry& entry);

    QList<ModelEntry> m_entries;
    QThreadPool m_pool;
};

} // namespace app
