#include "ui/preferences/writing_page.h"

#include "app/writing/story_writer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

namespace ui {

namespace {

constexpr int kReadingSpeed = 250;
constexpr int kFieldWidth = 280;
enum PaceIndex { Full, Reading, Own };

} // namespace

WritingPage::WritingPage(app::StoryWriter& writer, QWidget* parent)
    : QWidget(parent)
    , m_writer(writer)
    , m_length(new QSpinBox)
    , m_stopAt(new QComboBox)
    , m_endsWithSentence(new QCheckBox(tr("&Finish the sentence")))
    , m_mayEnd(new QCheckBox(tr("The model may &end the story")))
    , m_pace(new QComboBox)
    , m_wordsPerMinute(new QSpinBox) {
    build();
    show(m_writer.options());
    connect(&m_writer, &app::StoryWriter::optionsChanged, this, &WritingPage::show);
    connect(m_length, &QSpinBox::valueChanged, this, &WritingPage::change);
    connect(m_stopAt, &QComboBox::activated, this, &WritingPage::change);
    connect(m_endsWithSentence, &QCheckBox::toggled, this, &WritingPage::change);
    connect(m_mayEnd, &QCheckBox::toggled, this, &WritingPage::change);
    connect(m_pace, &QComboBox::activated, this, &WritingPage::change);
    connect(m_wordsPerMinute, &QSpinBox::valueChanged, this, &WritingPage::change);
}

void WritingPage::build() {
    m_length->setObjectName(QStringLiteral("preferredLength"));
    m_length->setRange(1, 8192);
    m_length->setSingleStep(10);
    m_length->setSuffix(tr(" tokens"));
    m_length->setToolTip(tr("A token is about three quarters of a word."));
    m_stopAt->setObjectName(QStringLiteral("preferredStop"));
    m_stopAt->addItems({tr("At the length"), tr("After a sentence"), tr("After a paragraph")});
    m_endsWithSentence->setToolTip(tr("Ends with a sentence near the length, a little before or behind."));
    m_mayEnd->setToolTip(tr("Off: the model writes on until the length is reached."));
    m_pace->setObjectName(QStringLiteral("preferredPace"));
    m_pace->addItems({tr("As fast as it goes"), tr("Reading speed"), tr("Own speed")});
    m_pace->setToolTip(tr("How fast the words appear. Esc stops them at any word."));
    m_wordsPerMinute->setObjectName(QStringLiteral("preferredWordsPerMinute"));
    m_wordsPerMinute->setRange(20, 2000);
    m_wordsPerMinute->setSingleStep(10);
    m_wordsPerMinute->setSuffix(tr(" words a minute"));
    for (QWidget* const field : std::initializer_list<QWidget*>{m_length, m_stopAt, m_pace, m_wordsPerMinute})
        field->setFixedWidth(kFieldWidth);
    auto* saved = new QLabel(tr("Inkgate saves while you write; there is nothing to set."));
    saved->setProperty("quiet", true);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(10);
    form->setHorizontalSpacing(18);
    form->addRow(tr("&Length"), m_length);
    form->addRow(tr("&Stop"), m_stopAt);
    form->addRow(QString(), m_endsWithSentence);
    form->addRow(QString(), m_mayEnd);
    form->addRow(tr("&Pace"), m_pace);
    form->addRow(tr("&Own speed"), m_wordsPerMinute);
    form->addRow(tr("Saving"), saved);
}

void WritingPage::show(const app::GenerationOptions& options) {
    const QSignalBlocker quiet[] = {QSignalBlocker(m_length), QSignalBlocker(m_endsWithSentence),
                                    QSignalBlocker(m_mayEnd), QSignalBlocker(m_wordsPerMinute)};
    m_length->setValue(options.maxTokens);
    m_stopAt->setCurrentIndex(static_cast<int>(options.stopAt));
    m_endsWithSentence->setChecked(options.endsWithSentence);
    m_mayEnd->setChecked(options.stopAtDocumentEnd);
    const double words = options.wordsPerMinute;
    m_pace->setCurrentIndex(words <= 0 ? Full : words == kReadingSpeed ? Reading : Own);
    m_wordsPerMinute->setEnabled(m_pace->currentIndex() == Own);
    m_wordsPerMinute->setValue(words > 0 ? static_cast<int>(words) : kReadingSpeed);
}

void WritingPage::change() {
    app::GenerationOptions options = m_writer.options();
    options.maxTokens = m_length->value();
    options.stopAt = static_cast<app::StopAt>(m_stopAt->currentIndex());
    options.endsWithSentence = m_endsWithSentence->isChecked();
    options.stopAtDocumentEnd = m_mayEnd->isChecked();
    const bool wasOwn = options.wordsPerMinute > 0 && options.wordsPerMinute != kReadingSpeed;
    switch (m_pace->currentIndex()) {
    case Full: options.wordsPerMinute = 0; break;
    case Reading: options.wordsPerMinute = kReadingSpeed; break;
    default: options.wordsPerMinute = wasOwn ? m_wordsPerMinute->value() : 150; break;
    }
    m_writer.setOptions(options);
}

} // namespace ui
