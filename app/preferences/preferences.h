// preferences.h: what Inkgate remembers between starts, over a QSettings that the composition root owns
// (tests pass an ini file in a temporary folder). Reading is from memory; what is set is in the file a moment
// later (settings_store.h).
// Threads: GUI thread only.
#pragma once

#include "app/exchange/story/formatted_story.h"
#include "app/generation/generation_options.h"
#include "app/generation/ghost_options.h"
#include "app/preferences/sampler_presets.h"
#include "app/preferences/settings_store.h"
#include "app/versions/backup_options.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include <optional>

class QSettings;

namespace app {

enum class Theme { System, Light, Dark };

// How many own words the writer wants to write. 0: no goal.
struct WritingGoal {
    int words = 0;
    bool isPerSession = false; // else a day

    bool operator==(const WritingGoal&) const = default;
};

// What stands out on the page; the rest is dimmed. Numbers are stored: fixed.
enum class PageFocus { Off = 0, Line = 1, Sentence = 2, Paragraph = 3 };

struct Appearance {
    Theme theme = Theme::System;
    QString fontFamily; // empty: the theme's own serif
    int fontSize = 13;  // points, 6 .. 72
    int measure = 72;   // characters in a line of the page, 45 .. 110
    bool showOrigins = true;
    bool choicesUnderMouse = true; // likely words where the mouse rests
    bool looksUnderMouse = true;   // where the model looked back, likewise

    bool operator==(const Appearance&) const = default;
};

class Preferences : public QObject {
    Q_OBJECT

public:
    explicit Preferences(QSettings& settings, QObject* parent = nullptr);

    // The file is written in the thread where `context` lives; flush() waits for it and ends that.
    void writeWhere(QObject& context) { m_settings.writeWhere(context); }
    void flush() { m_settings.flush(); }

    [[nodiscard]] const Appearance& appearance() const { return m_appearance; }
    void setAppearance(const Appearance& appearance); // emits appearanceChanged() if different

    [[nodiscard]] const GenerationOptions& generation() const { return m_generation; }
    void setGeneration(const GenerationOptions& options);

    [[nodiscard]] const GhostOptions& ghost() const { return m_ghost; }
    void setGhost(const GhostOptions& options); // emits ghostChanged() if different

    // How many alternatives are written at a time, 2 .. 8.
    [[nodiscard]] int alternatives() const;
    void setAlternatives(int count);

    [[nodiscard]] WritingGoal goal() const;
    void setGoal(const WritingGoal& goal); // emits goalChanged()
    [[nodiscard]] PageFocus pageFocus() const;
    void setPageFocus(PageFocus focus);
    [[nodiscard]] bool isTypewriter() const;
    void setTypewriter(bool isOn);

    // Whether misspelled words are shown; they are where there is a dictionary.
    [[nodiscard]] bool isSpellingOn() const;
    void setSpellingOn(bool isOn);

    [[nodiscard]] BackupOptions backups() const;
    void setBackups(const BackupOptions& options); // emits backupsChanged()

    [[nodiscard]] const ModelChoice& model() const { return m_model; } // default: "tales" with gate "gated"
    void setModel(const ModelChoice& choice);
    [[nodiscard]] const QStringList& addedModels() const { return m_addedModels; }
    void setAddedModels(const QStringList& paths);

    [[nodiscard]] QList<SamplerPreset> samplerPresets() const { return m_presets.all(); }
    // As SamplerPresets::save() and remove(); emit presetsChanged() if true.
    bool savePreset(const QString& name, const SamplerOptions& options);
    bool deletePreset(const QString& name);

    // Newest first, at most 10, absolute paths.
    [[nodiscard]] const QStringList& recentFiles() const { return m_recentFiles; }
    // `title`: what to call it, if that is not the file's name.
    void addRecentFile(const QString& path, const QString& title = {});
    [[nodiscard]] QString recentTitle(const QString& path) const { return m_recentTitles.value(path); }
    void removeRecentFile(const QString& path);
    // The project that was open when Inkgate was last left; empty: an untitled one or none.
    [[nodiscard]] QString lastProject() const;
    void setLastProject(const QString& path);

    // What the last export said of its story: author and language are those of the next one, too. The title
    // belongs to the story of this path or untitled title.
    [[nodiscard]] StoryDetails exportDetails(const QString& story) const;
    void setExportDetails(const QString& story, const StoryDetails& details);

    // Keys that the writer gave to a command, by the command's name; nothing: it has its usual ones. An empty
    // list is a command without keys. Portable text: "Ctrl+R".
    [[nodiscard]] std::optional<QStringList> keysOf(const QString& command) const;
    void setKeysOf(const QString& command, const std::optional<QStringList>& keys);

    // True until markStarted(): the first start opens the sample story.
    [[nodiscard]] bool isFirstStart() const;
    void markStarted();

    [[nodiscard]] QByteArray windowGeometry() const;
    [[nodiscard]] QByteArray windowState() const;
    void setWindow(const QByteArray& geometry, const QByteArray& state);

signals:
    void appearanceChanged(const app::Appearance& appearance);
    void ghostChanged(const app::GhostOptions& options);
    void presetsChanged();
    void goalChanged();
    void backupsChanged(const app::BackupOptions& options);
    void recentFilesChanged();

private:
    void storeRecentFiles();

    void writePresets();

    SettingsStore m_settings;
    Appearance m_appearance;
    GenerationOptions m_generation;
    GhostOptions m_ghost;
    ModelChoice m_model;
    QStringList m_addedModels;
    QStringList m_recentFiles;
    QHash<QString, QString> m_recentTitles; // by path; of those that have one
    SamplerPresets m_presets;
};

} // namespace app
