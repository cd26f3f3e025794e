#include "app/preferences/preferences.h"

#include "app/files/file_path.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QSettings>

#include <algorithm>
#include <array>
#include <utility>

namespace app {

namespace {

constexpr qsizetype kRecentFiles = 10;
constexpr int kSmallestFont = 6;
constexpr int kLargestFont = 72;
constexpr int kShortestMeasure = 45;
constexpr int kLongestMeasure = 110;
constexpr int kLargestGoal = 100'000;

constexpr auto kTheme = "appearance/theme";
constexpr auto kFontFamily = "appearance/fontFamily";
constexpr auto kFontSize = "appearance/fontSize";
constexpr auto kMeasure = "appearance/measure";
constexpr auto kShowOrigins = "appearance/showOrigins";
constexpr auto kChoicesUnderMouse = "appearance/choicesUnderMouse";
constexpr auto kLooksUnderMouse = "appearance/looksUnderMouse";
constexpr auto kGeneration = "generation/options";
constexpr auto kAlternatives = "generation/alternatives";
constexpr auto kGhostAfter = "ghost/afterSeconds";
constexpr auto kGhostTokens = "ghost/tokens";
constexpr auto kGoalWords = "writing/goal";
constexpr auto kGoalPerSession = "writing/goalPerSession";
constexpr auto kPageFocus = "writing/focus";
constexpr auto kTypewriter = "writing/typewriter";
constexpr auto kSpelling = "writing/spelling";
constexpr auto kBackupFolder = "backups/folder";
constexpr auto kBackupCopies = "backups/mostCopies";
constexpr auto kBackupMegabytes = "backups/mostMegabytes";
constexpr auto kPresets = "generation/presets";
constexpr auto kModel = "model/name";
constexpr auto kGate = "model/gate";
constexpr auto kAddedModels = "model/added";
constexpr auto kRecent = "files/recent";
constexpr auto kRecentTitles = "files/recentTitles"; // in the order of the files
constexpr auto kLastProject = "files/lastProject";
constexpr auto kExportStory = "export/story";
constexpr auto kExportTitle = "export/title";
constexpr auto kExportAuthor = "export/author";
constexpr auto kExportLanguage = "export/language";
constexpr auto kKeys = "keys/";
constexpr auto kStarted = "started";
constexpr auto kGeometry = "window/geometry";
constexpr auto kState = "window/state";

// Written by name, so that the order of the enumeration can change.
struct ThemeName {
    Theme theme;
    const char* name;
};
constexpr std::array kThemes{ThemeName{Theme::System, "system"}, ThemeName{Theme::Light, "light"},
                             ThemeName{Theme::Dark, "dark"}};

QString nameOf(Theme theme) {
    return QString::fromLatin1(std::ranges::find(kThemes, theme, &ThemeName::theme)->name);
}

Theme themeOf(const QString& name) {
    for (const ThemeName& known : kThemes)
        if (name == QLatin1String(known.name))
            return known.theme;
    return Theme::System;
}

QByteArray compact(const QJsonObject& object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

GhostOptions inRange(GhostOptions options) {
    // A number that is none (NaN) is in no range.
    if (!(options.afterSeconds > 0))
        options.afterSeconds = 0;
    options.afterSeconds = std::min(options.afterSeconds, GhostOptions::kLongestPause);
    options.maxTokens = std::clamp(options.maxTokens, GhostOptions::kLeastTokens, GhostOptions::kMostTokens);
    return options;
}

} // namespace

Preferences::Preferences(QSettings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings) {
    m_appearance.theme = themeOf(m_settings.value(kTheme).toString());
    m_appearance.fontFamily = m_settings.value(kFontFamily).toString();
    m_appearance.fontSize =
        std::clamp(m_settings.value(kFontSize, m_appearance.fontSize).toInt(), kSmallestFont, kLargestFont);
    m_appearance.measure = std::clamp(m_settings.value(kMeasure, m_appearance.measure).toInt(),
                                      kShortestMeasure, kLongestMeasure);
    m_appearance.showOrigins = m_settings.value(kShowOrigins, m_appearance.showOrigins).toBool();
    m_appearance.choicesUnderMouse =
        m_settings.value(kChoicesUnderMouse, m_appearance.choicesUnderMouse).toBool();
    m_appearance.looksUnderMouse = m_settings.value(kLooksUnderMouse, m_appearance.looksUnderMouse).toBool();
    m_generation = generationOptionsFromJson(
        QJsonDocument::fromJson(m_settings.value(kGeneration).toByteArray()).object());
    m_model.model = m_settings.value(kModel, QStringLiteral("tales")).toString();
    m_model.gate = m_settings.value(kGate, QStringLiteral("gated")).toString();
    m_addedModels = m_settings.value(kAddedModels).toStringList();
    m_ghost = inRange({m_settings.value(kGhostAfter, m_ghost.afterSeconds).toDouble(),
                       m_settings.value(kGhostTokens, m_ghost.maxTokens).toInt()});
    const QStringList titles = m_settings.value(kRecentTitles).toStringList();
    for (const QString& entry : m_settings.value(kRecent).toStringList().mid(0, kRecentFiles)) {
        const QString path = pathOfArgument(entry.toUtf8());
        if (const QString title = titles.value(m_recentFiles.size()); !title.isEmpty())
            m_recentTitles.insert(path, title);
        m_recentFiles.append(path);
    }
    m_presets = SamplerPresets(m_settings.value(kPresets).toByteArray());
}

void Preferences::setAppearance(const Appearance& appearance) {
    Appearance valid = appearance;
    valid.fontSize = std::clamp(valid.fontSize, kSmallestFont, kLargestFont);
    valid.measure = std::clamp(valid.measure, kShortestMeasure, kLongestMeasure);
    if (valid == m_appearance)
        return;
    m_appearance = valid;
    m_settings.setValue(kTheme, nameOf(valid.theme));
    m_settings.setValue(kFontFamily, valid.fontFamily);
    m_settings.setValue(kFontSize, valid.fontSize);
    m_settings.setValue(kMeasure, valid.measure);
    m_settings.setValue(kShowOrigins, valid.showOrigins);
    m_settings.setValue(kChoicesUnderMouse, valid.choicesUnderMouse);
    m_settings.setValue(kLooksUnderMouse, valid.looksUnderMouse);
    emit appearanceChanged(m_appearance);
}

void Preferences::setGeneration(const GenerationOptions& options) {
    if (options == m_generation)
        return;
    m_generation = options;
    m_settings.setValue(kGeneration, compact(toJson(options)));
}

void Preferences::setGhost(const GhostOptions& options) {
    const GhostOptions valid = inRange(options);
    if (valid == m_ghost)
        return;
    m_ghost = valid;
    m_settings.setValue(kGhostAfter, valid.afterSeconds);
    m_settings.setValue(kGhostTokens, valid.maxTokens);
    emit ghostChanged(m_ghost);
}

int Preferences::alternatives() const { return std::clamp(m_settings.value(kAlternatives, 4).toInt(), 2, 8); }

void Preferences::setAlternatives(int count) { m_settings.setValue(kAlternatives, count); }

WritingGoal Preferences::goal() const {
    return {std::clamp(m_settings.value(kGoalWords).toInt(), 0, kLargestGoal),
            m_settings.value(kGoalPerSession).toBool()};
}

void Preferences::setGoal(const WritingGoal& goal) {
    m_settings.setValue(kGoalWords, goal.words);
    m_settings.setValue(kGoalPerSession, goal.isPerSession);
    emit goalChanged();
}

PageFocus Preferences::pageFocus() const {
    return static_cast<PageFocus>(std::clamp(m_settings.value(kPageFocus).toInt(), 0, 3));
}

void Preferences::setPageFocus(PageFocus focus) { m_settings.setValue(kPageFocus, static_cast<int>(focus)); }

bool Preferences::isTypewriter() const { return m_settings.value(kTypewriter).toBool(); }

void Preferences::setTypewriter(bool isOn) { m_settings.setValue(kTypewriter, isOn); }

bool Preferences::isSpellingOn() const { return m_settings.value(kSpelling, true).toBool(); }

void Preferences::setSpellingOn(bool isOn) { m_settings.setValue(kSpelling, isOn); }

BackupOptions Preferences::backups() const {
    return {pathOfArgument(m_settings.value(kBackupFolder).toString().toUtf8()),
            std::max(0, m_settings.value(kBackupCopies, 0).toInt()),
            std::max<qint64>(0, m_settings.value(kBackupMegabytes, 0).toLongLong())};
}

void Preferences::setBackups(const BackupOptions& options) {
    if (options == backups())
        return;
    m_settings.setValue(kBackupFolder, argumentOfPath(options.folder));
    m_settings.setValue(kBackupCopies, options.mostCopies);
    m_settings.setValue(kBackupMegabytes, options.mostMegabytes);
    emit backupsChanged(options);
}

void Preferences::setModel(const ModelChoice& choice) {
    m_model = choice;
    m_settings.setValue(kModel, choice.model);
    m_settings.setValue(kGate, choice.gate);
}

void Preferences::setAddedModels(const QStringList& paths) {
    m_addedModels = paths;
    m_settings.setValue(kAddedModels, paths);
}

bool Preferences::savePreset(const QString& name, const SamplerOptions& options) {
    if (!m_presets.save(name, options))
        return false;
    writePresets();
    return true;
}

bool Preferences::deletePreset(const QString& name) {
    if (!m_presets.remove(name))
        return false;
    writePresets();
    return true;
}

void Preferences::writePresets() {
    m_settings.setValue(kPresets, m_presets.toJson());
    emit presetsChanged();
}

void Preferences::addRecentFile(const QString& path, const QString& title) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_recentFiles.removeAll(absolute);
    m_recentFiles.prepend(absolute);
    m_recentFiles = m_recentFiles.mid(0, kRecentFiles);
    m_recentTitles.remove(absolute);
    if (!title.isEmpty())
        m_recentTitles.insert(absolute, title);
    m_recentTitles.removeIf([this](auto entry) { return !m_recentFiles.contains(entry.key()); });
    storeRecentFiles();
}

void Preferences::removeRecentFile(const QString& path) {
    if (m_recentFiles.removeAll(path) == 0)
        return;
    m_recentTitles.remove(path);
    storeRecentFiles();
}

void Preferences::storeRecentFiles() {
    QStringList entries;
    QStringList titles;
    for (const QString& path : std::as_const(m_recentFiles)) {
        entries.append(argumentOfPath(path));
        titles.append(m_recentTitles.value(path));
    }
    m_settings.setValue(kRecent, entries);
    m_settings.setValue(kRecentTitles, titles);
    emit recentFilesChanged();
}

QString Preferences::lastProject() const {
    return pathOfArgument(m_settings.value(kLastProject).toString().toUtf8());
}

void Preferences::setLastProject(const QString& path) {
    m_settings.setValue(kLastProject, argumentOfPath(path));
}

StoryDetails Preferences::exportDetails(const QString& story) const {
    StoryDetails details;
    if (m_settings.value(kExportStory).toString() == story)
        details.title = m_settings.value(kExportTitle).toString();
    details.author = m_settings.value(kExportAuthor).toString();
    details.language = m_settings.value(kExportLanguage).toString();
    return details;
}

void Preferences::setExportDetails(const QString& story, const StoryDetails& details) {
    m_settings.setValue(kExportStory, story);
    m_settings.setValue(kExportTitle, details.title);
    m_settings.setValue(kExportAuthor, details.author);
    m_settings.setValue(kExportLanguage, details.language);
}

std::optional<QStringList> Preferences::keysOf(const QString& command) const {
    const QString key = QLatin1String(kKeys) + command;
    return m_settings.contains(key) ? std::optional(m_settings.value(key).toStringList()) : std::nullopt;
}

void Preferences::setKeysOf(const QString& command, const std::optional<QStringList>& keys) {
    const QString key = QLatin1String(kKeys) + command;
    if (keys)
        m_settings.setValue(key, *keys);
    else
        m_settings.remove(key);
}

bool Preferences::isFirstStart() const { return !m_settings.value(kStarted).toBool(); }

void Preferences::markStarted() { m_settings.setValue(kStarted, true); }

QByteArray Preferences::windowGeometry() const { return m_settings.value(kGeometry).toByteArray(); }

QByteArray Preferences::windowState() const { return m_settings.value(kState).toByteArray(); }

void Preferences::setWindow(const QByteArray& geometry, const QByteArray& state) {
    m_settings.setValue(kGeometry, geometry);
    m_settings.setValue(kState, state);
}

} // namespace app
