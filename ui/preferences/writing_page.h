// writing_page.h: how a continuation ends and how fast it appears; the same settings as in the sidebar.
// Threads: GUI thread only.
#pragma once

#include "app/generation/generation_options.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace app {
class StoryWriter;
}

namespace ui {

class WritingPage : public QWidget {
    Q_OBJECT

public:
    explicit WritingPage(app::StoryWriter& writer, QWidget* parent = nullptr);

private:
    void build();
    void show(const app::GenerationOptions& options);
    void change();

    app::StoryWriter& m_writer;
    QSpinBox* m_length;
    QComboBox* m_stopAt;
    QCheckBox* m_endsWithSentence;
    QCheckBox* m_mayEnd;
    QComboBox* m_pace;
    QSpinBox* m_wordsPerMinute;
};

} // namespace ui
