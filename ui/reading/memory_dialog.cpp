#include "ui/reading/memory_dialog.h"

#include "app/project/project_controller.h"
#include "app/reading/story_reading.h"
#include "ui/reading/lore_page.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTabWidget>

namespace ui {

namespace {

constexpr QSize kFirstSize(860, 580);
enum Tab { Memory, Note, Lore };

// What was typed, no-break spaces as well.
QString textOf(const QPlainTextEdit& box) {
    return box.document()->toRawText().replace(QChar::ParagraphSeparator, u'\n');
}

// The history of the box stays, unless it is another text.
void setText(QPlainTextEdit& box, const QString& text) {
    if (textOf(box) == text)
        return;
    const QSignalBlocker quiet(&box);
    box.setPlainText(text);
}

QLabel* hint(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setProperty("quiet", true);
    return label;
}

} // namespace

MemoryDialog::MemoryDialog(const app::AppContext& context, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_tabs(new QTabWidget)
    , m_memory(new QPlainTextEdit)
    , m_note(new QPlainTextEdit)
    , m_depth(new QSpinBox)
    , m_lore(new LorePage(context.reading, context.project)) {
    setWindowTitle(tr("Memory and lorebook"));
    setObjectName(QStringLiteral("memoryDialog"));
    setModal(false);
    resize(kFirstSize);
    m_tabs->setObjectName(QStringLiteral("memoryTabs"));
    m_tabs->setAccessibleName(tr("Memory, author’s note and lorebook"));
    m_tabs->addTab(buildMemory(), tr("&Memory"));
    m_tabs->addTab(buildNote(), tr("&Author’s note"));
    m_tabs->addTab(m_lore, tr("&Lorebook"));
    auto* close = new QPushButton(tr("&Close"));
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(hint(tr("Kept as you type.")), 1);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tabs, 1);
    layout->addLayout(buttons);
    for (QPushButton* const button : findChildren<QPushButton*>())
        button->setAutoDefault(false); // Enter in a field changes nothing
    connect(m_memory, &QPlainTextEdit::textChanged, this, &MemoryDialog::changeTexts);
    connect(m_note, &QPlainTextEdit::textChanged, this, &MemoryDialog::changeTexts);
    connect(m_depth, &QSpinBox::valueChanged, this, &MemoryDialog::changeTexts);
    connect(&m_context.reading, &app::StoryReading::changed, this, &MemoryDialog::fill);
    connect(&m_context.reading, &app::StoryReading::wasReset, this, &MemoryDialog::fill);
    fill();
}

QWidget* MemoryDialog::buildMemory() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    m_memory->setObjectName(QStringLiteral("memory"));
    m_memory->setTabChangesFocus(true);
    m_memory->setAccessibleName(tr("Memory"));
    m_memory->setPlaceholderText(
        tr("Nora rows the ferry at Harrow Bend. It is the wet autumn of 1911, and her brother is gone."));
    layout->addWidget(hint(tr("The model reads this first, above the story, every time: what must not be "
                              "forgotten. As it comes first, the story is read anew after you change it.")));
    layout->addWidget(m_memory, 1);
    return page;
}

QWidget* MemoryDialog::buildNote() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    m_note->setObjectName(QStringLiteral("authorsNote"));
    m_note->setTabChangesFocus(true);
    m_note->setAccessibleName(tr("Author’s note"));
    m_note->setPlaceholderText(tr("The mood darkens. Nobody says what they saw."));
    m_depth->setObjectName(QStringLiteral("noteDepth"));
    m_depth->setRange(1, app::ReadingSettings::kMostNoteDepth);
    m_depth->setAccessibleName(tr("The note stands above so many paragraphs"));
    auto* row = new QHBoxLayout;
    auto* before = new QLabel(tr("&Stands above the last"));
    before->setBuddy(m_depth);
    row->addWidget(before);
    row->addWidget(m_depth);
    row->addWidget(new QLabel(tr("paragraphs before the cursor; the one you are in counts")));
    row->addStretch(1);
    layout->addWidget(hint(tr("The model reads this near the end, between the paragraphs, so it weighs more "
                              "than the memory. It is not in your story. Only the end is read anew after you "
                              "change it.")));
    layout->addWidget(m_note, 1);
    layout->addLayout(row);
    return page;
}

void MemoryDialog::fill() {
    const app::ReadingSettings& settings = m_context.reading.settings();
    setText(*m_memory, settings.memory);
    setText(*m_note, settings.note);
    const QSignalBlocker quiet(m_depth);
    m_depth->setValue(settings.noteDepth);
}

void MemoryDialog::changeTexts() {
    app::ReadingSettings settings = m_context.reading.settings();
    settings.memory = textOf(*m_memory);
    settings.note = textOf(*m_note);
    settings.noteDepth = m_depth->value();
    m_context.reading.change(settings);
}

void MemoryDialog::open() {
    show();
    raise();
    activateWindow();
    if (m_tabs->currentIndex() == Memory)
        m_memory->setFocus();
    else if (m_tabs->currentIndex() == Note)
        m_note->setFocus();
    else
        m_lore->takeFocus();
}

void MemoryDialog::showMemory() {
    m_tabs->setCurrentIndex(Memory);
    open();
}

void MemoryDialog::showNote() {
    m_tabs->setCurrentIndex(Note);
    open();
}

void MemoryDialog::showEntry(qsizetype entry) {
    m_tabs->setCurrentIndex(Lore);
    open();
    m_lore->select(entry);
}

void MemoryDialog::setFaults(const QList<app::LoreFault>& faults) { m_lore->setFaults(faults); }

void MemoryDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    emit visibilityChanged(true);
}

void MemoryDialog::hideEvent(QHideEvent* event) {
    QDialog::hideEvent(event);
    emit visibilityChanged(false);
}

} // namespace ui
