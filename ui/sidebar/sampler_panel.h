// sampler_panel.h: how the model should write: preset, daring, length, repetition, seed, stops.
// Every control explains itself in words a novelist uses.
// Threads: GUI thread only.
#pragma once

#include "app/generation/generation_options.h"
#include "app/preferences/preferences.h"

#include <QHash>
#include <QWidget>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace ui {

class OptionRow;
struct OptionRange;

class SamplerPanel : public QWidget {
    Q_OBJECT

public:
    explicit SamplerPanel(app::Preferences& preferences, QWidget* parent = nullptr);

    [[nodiscard]] const app::GenerationOptions& options() const { return m_options; }
    void setOptions(const app::GenerationOptions& options); // silent
    // The seed that the last run used, shown while seeds are drawn anew.
    void setLastSeed(quint64 seed);

signals:
    void optionsChanged(const app::GenerationOptions& options); // by the writer

private:
    void buildPresets(QBoxLayout& layout);
    void buildMain(QBoxLayout& layout);
    void buildMore(QBoxLayout& layout);
    void buildSeed(QBoxLayout& layout);
    void buildStops(QBoxLayout& layout);
    void buildPace(QBoxLayout& layout);
    void buildKept(QBoxLayout& layout);
    QPlainTextEdit* addLines(QBoxLayout& layout, const QString& name, const QString& help,
                             const QString& example);
    void addXtcAndDry(QBoxLayout& choice, QBoxLayout& repetition);
    void showStops();
    OptionRow* addCount(QBoxLayout& layout, const QString& name, const QString& help,
                        const OptionRange& range, int app::SamplerOptions::*field);
    OptionRow* addNumber(QBoxLayout& layout, const QString& name, const QString& help,
                         const OptionRange& range, double app::SamplerOptions::*field);
    void show();
    void fillPresets();
    void markPreset();
    void usePreset(int index);
    void askForPresetName();
    void deletePreset();
    void change(const app::GenerationOptions& options);

    app::Preferences& m_preferences;
    app::GenerationOptions m_options;
    QComboBox* m_preset = nullptr;
    QHash<OptionRow*, double app::SamplerOptions::*> m_numbers;
    QHash<OptionRow*, int app::SamplerOptions::*> m_counts;
    OptionRow* m_length = nullptr;
    QCheckBox* m_newSeed = nullptr;
    QLineEdit* m_seed = nullptr;
    QToolButton* m_dice = nullptr;
    QPlainTextEdit* m_stops = nullptr;
    QPlainTextEdit* m_banned = nullptr;
    QPlainTextEdit* m_biases = nullptr;
    QLabel* m_biasesProblem = nullptr;
    QLineEdit* m_stopTokens = nullptr;
    QLabel* m_stopTokensProblem = nullptr;
    QComboBox* m_stopAt = nullptr;
    QCheckBox* m_endsWithSentence = nullptr;
    QComboBox* m_pace = nullptr;
    OptionRow* m_wordsPerMinute = nullptr;
    QCheckBox* m_mayEnd = nullptr;
    QHash<QCheckBox*, bool app::GenerationOptions::*> m_kept;
};

} // namespace ui
