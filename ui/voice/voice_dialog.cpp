#include "ui/voice/voice_dialog.h"

#include "app/document/document.h"
#include "app/models/model_catalog.h"
#include "app/project/project_controller.h"
#include "app/voice/own_text.h"
#include "app/voice/voice_files.h"
#include "app/voice/voice_fit.h"
#include "app/writing/story_writer.h"
#include "ui/editor/word_counter.h"
#include "ui/voice/loss_plot.h"

#include <QBoxLayout>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>

#include <cmath>

namespace ui {

namespace {

QString percent(double value) { return QLocale().toString(value, 'f', 1); }

} // namespace

VoiceDialog::VoiceDialog(const app::AppContext& context, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_about(new QLabel)
    , m_own(new QRadioButton)
    , m_other(new QRadioButton)
    , m_choose(new QPushButton(tr("Choose &files…")))
    , m_name(new QLineEdit)
    , m_status(new QLabel)
    , m_bar(new QProgressBar)
    , m_plot(new LossPlot)
    , m_start(new QPushButton(tr("&Start")))
    , m_stop(new QPushButton(tr("S&top")))
    , m_use(new QPushButton(tr("&Write with it"))) {
    build();
    connect(m_choose, &QPushButton::clicked, this, &VoiceDialog::askForFiles);
    for (QRadioButton* const source : {m_own, m_other})
        connect(source, &QRadioButton::toggled, this, [this] {
            m_result.clear();
            refresh();
        });
    connect(m_name, &QLineEdit::textChanged, this, &VoiceDialog::refresh);
    connect(m_start, &QPushButton::clicked, this, &VoiceDialog::start);
    connect(m_stop, &QPushButton::clicked, &m_context.voice, &app::VoiceFit::stop);
    connect(m_use, &QPushButton::clicked, this, [this] {
        emit voiceWanted({m_voiceModel, m_voice});
        close();
    });
    connect(&m_context.voice, &app::VoiceFit::progressed, this, &VoiceDialog::showProgress);
    connect(&m_context.voice, &app::VoiceFit::finished, this, &VoiceDialog::showOutcome);
    connect(&m_context.writer, &app::StoryWriter::modelChoiceChanged, this, &VoiceDialog::refresh);
}

void VoiceDialog::build() {
    setWindowTitle(tr("Teach it your voice"));
    setObjectName(QStringLiteral("voiceDialog"));
    setModal(false);
    m_about->setWordWrap(true);
    m_status->setWordWrap(true);
    m_status->setObjectName(QStringLiteral("voiceStatus"));
    m_status->setMinimumHeight(2 * m_status->fontMetrics().lineSpacing()); // no jumping when it grows
    m_status->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_own->setObjectName(QStringLiteral("voiceOwn"));
    m_other->setObjectName(QStringLiteral("voiceFiles"));
    m_other->setText(tr("Te&xt files"));
    m_name->setObjectName(QStringLiteral("voiceName"));
    m_name->setMaxLength(60);
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_use->setObjectName(QStringLiteral("voiceUse"));
    m_start->setObjectName(QStringLiteral("voiceStart"));
    m_stop->setObjectName(QStringLiteral("voiceStop"));
    m_own->setText(tr("What I &typed in this story")); // how much that is, is known when it opens
    m_own->setChecked(true);
    auto* files = new QHBoxLayout;
    files->addWidget(m_other, 1);
    files->addWidget(m_choose);
    auto* form = new QFormLayout;
    form->addRow(tr("&Name"), m_name);
    QSizePolicy size = m_plot->sizePolicy(); // its place is kept, so that nothing jumps when it comes
    size.setRetainSizeWhenHidden(true);
    m_plot->setSizePolicy(size);
    m_plot->hide();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setIcon({});
    buttons->addButton(m_start, QDialogButtonBox::ActionRole);
    buttons->addButton(m_stop, QDialogButtonBox::ActionRole);
    buttons->addButton(m_use, QDialogButtonBox::ActionRole);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 16, 18, 14);
    layout->setSpacing(10);
    layout->addWidget(m_about);
    layout->addWidget(m_own);
    layout->addLayout(files);
    layout->addLayout(form);
    layout->addWidget(m_bar);
    layout->addWidget(m_status);
    layout->addWidget(m_plot, 1);
    layout->addWidget(buttons);
    resize(520, 520);
}

void VoiceDialog::setColours(const Colours& colours) { m_plot->setColours(colours); }

void VoiceDialog::open() {
    if (!m_context.voice.isRunning() && !m_isStopped)
        m_name->setText(freeName());
    // Counted here alone: a whole novel is too much for each key in the name.
    const QString own = app::ownText(m_context.document.content());
    m_ownIsEnough = app::isEnoughToLearnFrom(own);
    m_own->setText(tr("What I &typed in this story (%n word(s))", nullptr, countWords(own)));
    refresh();
    show();
    raise();
    activateWindow();
}

// By the story, and not that of a voice that the model has already.
QString VoiceDialog::freeName() const {
    const QString wanted =
        m_context.project.isUntitled() ? tr("My voice") : tr("Voice of %1").arg(m_context.project.title());
    QStringList taken;
    if (const app::ModelEntry* const entry = m_context.models.find(m_context.writer.modelChoice().model))
        for (const QString& gate : entry->gates)
            taken.append(app::gateLabel(gate));
    QString name = wanted;
    for (int number = 2; taken.contains(name); ++number)
        name = QStringLiteral("%1 %2").arg(wanted).arg(number);
    return name;
}

QString VoiceDialog::modelLabel() const {
    const QString model = m_context.writer.modelChoice().model;
    const app::ModelEntry* const entry = m_context.models.find(model);
    return entry ? entry->label : model;
}

void VoiceDialog::chooseFiles(const QStringList& paths) {
    m_files = paths;
    m_result.clear();
    m_other->setText(paths.size() == 1 ? QFileInfo(paths.first()).fileName()
                                       : tr("%n text file(s)", nullptr, int(paths.size())));
    m_other->setToolTip(paths.join(u'\n'));
    m_other->setChecked(true);
    refresh();
}

void VoiceDialog::askForFiles() {
    auto* dialog = new QFileDialog(this, tr("Texts to learn from"), QString(),
                                   tr("Texts (*.txt *.md *.text);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, &VoiceDialog::chooseFiles);
    dialog->open();
}

void VoiceDialog::refresh() {
    const bool isRunning = m_context.voice.isRunning();
    const QString model = modelLabel();
    m_about->setText(
        tr("%1 reads your text, again and again, and fits a gate to it: what it writes then comes nearer to "
           "how you write. The model itself stays as it is, and nothing leaves this computer. You can go "
           "on writing meanwhile.")
            .arg(model));
    const bool isEnough = m_own->isChecked() ? m_ownIsEnough : !m_files.isEmpty();
    for (QWidget* const widget : {static_cast<QWidget*>(m_own), static_cast<QWidget*>(m_other),
                                  static_cast<QWidget*>(m_choose), static_cast<QWidget*>(m_name)})
        widget->setEnabled(!isRunning);
    m_start->setEnabled(!isRunning && isEnough && !m_name->text().trimmed().isEmpty());
    m_start->setDefault(true);
    m_stop->setEnabled(isRunning);
    m_use->setEnabled(!isRunning && !m_voice.isEmpty());
    if (isRunning)
        return; // the status is about that
    if (!m_result.isEmpty())
        m_status->setText(m_result);
    else if (!isEnough && m_own->isChecked())
        m_status->setText(
            tr("It takes some 1,800 words of yours to learn from; choose files with more of them."));
    else if (!isEnough)
        m_status->setText(tr("Choose one text or more."));
    else
        m_status->setText(
            tr("A tenth of the text is held out, to see whether it helps. A novel takes some minutes "
               "with a small model."));
}

void VoiceDialog::start() {
    app::VoiceRequest request;
    request.model = m_context.writer.modelChoice().model;
    request.name = m_name->text().trimmed();
    if (m_own->isChecked())
        request.text = app::ownText(m_context.document.content());
    else
        request.files = m_files;
    m_voice.clear();
    m_result.clear();
    if (m_context.voice.start(request)) {
        m_status->setText(tr("Measuring how %1 does without it…").arg(modelLabel()));
        m_plot->showProgress({});
        m_bar->setValue(0);
    }
    refresh();
}

void VoiceDialog::showProgress() {
    const app::VoiceProgress& progress = m_context.voice.progress();
    m_bar->setValue(int(std::lround(1000 * progress.share)));
    m_plot->showProgress(progress);
    m_plot->setVisible(!progress.heldOutLosses.isEmpty());
    if (!m_context.voice.isRunning() || progress.share <= 0)
        return;
    const int minutes = int(std::ceil(progress.secondsLeft / 60));
    const QString left = tr("%n minute(s) left at most", nullptr, minutes);
    m_status->setText(progress.betterByPercent > 0 ? tr("Guesses your next word better by %1 % so far; %2.")
                                                         .arg(percent(progress.betterByPercent), left)
                                                   : tr("Learning; %1.").arg(left));
}

void VoiceDialog::showOutcome(const app::VoiceOutcome& outcome) {
    using Kind = app::VoiceOutcome::Kind;
    m_voice = outcome.gate;
    m_voiceModel = outcome.model;
    m_isStopped = outcome.kind == Kind::Stopped;
    const QString better = tr("guesses your next word better by %1 %").arg(percent(outcome.betterByPercent));
    switch (outcome.kind) {
    case Kind::Ready:
        m_result = tr("Ready: it %1, on the tenth that it has not learned from.").arg(better);
        break;
    case Kind::Stopped:
        m_result = outcome.gate.isEmpty()
                       ? tr("Stopped before it had learned anything that helps. Start goes on from there.")
                       : tr("Stopped: so far it %1. Start goes on from there.").arg(better);
        break;
    case Kind::NothingLearned:
        m_result = tr("It learned nothing that helps with the held-out tenth, so no voice was kept. More "
                      "text may help.");
        break;
    case Kind::Failed: m_result = outcome.message; break;
    }
    m_status->setToolTip(outcome.details);
    m_bar->setValue(outcome.kind == Kind::Ready ? m_bar->maximum() : m_bar->value());
    refresh();
}

} // namespace ui
