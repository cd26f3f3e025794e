// model_catalog.h: the models a writer can choose: those that come with Inkgate and those whose files the
// writer added. Looking into files happens on a pool thread; entries change from Inspecting to Ready or
// Broken as answers come.
// Threads: GUI thread only.
#pragma once

#include <QHash>
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
    QString label;       // short: "Tales", "my-model"; model_names.h makes labels distinct
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
    // `voices`: the folder of fitted gates (app/voice/voice_files.h); empty: none.
    explicit ModelCatalog(QString voices = {}, QObject* parent = nullptr);
    ~ModelCatalog() override; // waits for the inspection that is going on

    [[nodiscard]] const QList<ModelEntry>& entries() const { return m_entries; }
    [[nodiscard]] const ModelEntry* find(const QString& model) const; // null if not listed

    // Looks for embedded models and inspects everything anew; entriesChanged() follows.
    void refresh(const QStringList& addedPaths);
    // The writer adds a model file. Answered by added(), or by addFailed() if it cannot be used; it is then
    // not listed, unless it was before. Added twice it is listed once.
    void add(const QString& path);
    // Looks at a listed model again: there may be other gates.
    void inspectAgain(const QString& model);
    void remove(const QString& path); // from the list, never the file; embedded models stay
    [[nodiscard]] QStringList addedPaths() const;

signals:
    void entriesChanged();
    void added(const QString& model);
    // `problem`: one sentence that says why and what to do.
    void addFailed(const QString& problem);

private:
    void list(const QString& path);
    void inspect(const ModelEntry& entry);
    void listEmbedded(const QStringList& names);
    void update(const ModelEntry& entry);

    const QString m_voices;
    QList<ModelEntry> m_entries;
    // Added by the writer, being inspected. The value: whether it was listed before.
    QHash<QString, bool> m_awaited;
    QThreadPool m_pool;
};

} // namespace app
