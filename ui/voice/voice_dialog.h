// voice_dialog.h: "Teach it your voice": fits a gate to what the writer typed in this story, or to text
// files, on the model that is chosen. Stays open beside the story; closing it leaves the fit running.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"
#include "app/generation/generation_options.h"
#include "app/voice/voice_messages.h"
#include "ui/theme/colours.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QRadioButton;

namespace ui {

class LossPlot;

class VoiceDialog : public QDialog {
    Q_OBJECT

public:
    explicit VoiceDialog(const app::AppContext& context, QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    void chooseFiles(const QStringList& paths); // as from the file dialog
    // Opens it with what can be learned from at this moment.
    void open() override;

signals:
    // The writer wants to write with a voice.
    void voiceWanted(const app::ModelChoice& choice);

private:
    void build();
    void askForFiles();
    void refresh();
    void start();
    void showProgress();
    void showOutcome(const app::VoiceOutcome& outcome);
    [[nodiscard]] QString modelLabel() const;
    [[nodiscard]] QString freeName() const;

    const app::AppContext& m_context;
    QStringList m_files;
    bool m_ownIsEnough = false; // what the writer typed, when the dialog was opened
    bool m_isStopped = false;   // the last fit was; Start goes on with it under its name
    QString m_voice;            // ready to be used: its file
    QString m_voiceModel;
    QString m_result; // of the last fit, until something else is chosen
    QLabel* m_about;
    QRadioButton* m_own;
    QRadioButton* m_other;
    QPushButton* m_choose;
    QLineEdit* m_name;
    QLabel* m_status;
    QProgressBar* m_bar;
    LossPlot* m_plot;
    QPushButton* m_start;
    QPushButton* m_stop;
    QPushButton* m_use;
};

} // namespace ui
