#include "ui/outline/scene_panel.h"

#include "app/notes/scene_notes.h"

#include <QBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScopedValueRollback>

namespace ui {

namespace {

constexpr int kSynopsisLines = 3;
constexpr int kLostLines = 3;
constexpr int kNoteRole = Qt::UserRole;

QPlainTextEdit* makeField(const char* name, const QString& said, const QString& hint) {
    auto* const field = new QPlainTextEdit;
    field->setObjectName(QLatin1String(name));
    field->setAccessibleName(said);
    field->setPlaceholderText(hint);
    field->setTabChangesFocus(true);
    return field;
}

} // namespace

ScenePanel::ScenePanel(app::SceneNotes& notes, QWidget* parent)
    : QWidget(parent)
    , m_notes(notes)
    , m_title(new QLabel)
    , m_synopsis(makeField("sceneSynopsis", tr("Synopsis"), tr("What happens here, in a sentence")))
    , m_text(makeField("sceneNotes", tr("Notes"), tr("Notes for yourself; the model does not read them"))) {
    m_title->setObjectName(QStringLiteral("sidebarHeading"));
    m_title->setTextFormat(Qt::PlainText);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // it does not widen the panel
    const int line = m_synopsis->fontMetrics().lineSpacing();
    m_synopsis->setFixedHeight(line * kSynopsisLines + 14);
    m_text->setMinimumHeight(line * 2 + 14);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->setSpacing(6);
    layout->addWidget(m_title);
    layout->addWidget(m_synopsis);
    layout->addWidget(m_text, 1);
    layout->addWidget(buildLost());
    connect(m_synopsis, &QPlainTextEdit::textChanged, this, [this] {
        if (!m_isFilling)
            m_notes.setSynopsis(m_section, m_synopsis->toPlainText());
    });
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        if (!m_isFilling)
            m_notes.setText(m_section, m_text->toPlainText());
    });
    connect(&notes, &app::SceneNotes::changed, this, [this] {
        show();
        showLost();
    });
    show();
    showLost();
}

QWidget* ScenePanel::buildLost() {
    m_lostBox = new QWidget;
    auto* const layout = new QVBoxLayout(m_lostBox);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(6);
    auto* const heading = new QLabel(tr("Without a scene"));
    heading->setObjectName(QStringLiteral("sidebarHeading"));
    heading->setToolTip(tr("Notes about scenes whose text is gone. They come back with the text, by undo or "
                           "by pasting it."));
    m_lost = new QListWidget;
    m_lost->setObjectName(QStringLiteral("lostNotes"));
    m_lost->setAccessibleName(tr("Notes without a scene"));
    m_lost->setFixedHeight(m_lost->fontMetrics().lineSpacing() * kLostLines + 16);
    m_attach = new QPushButton(tr("&Give to this scene"));
    m_attach->setObjectName(QStringLiteral("attachNote"));
    m_attach->setToolTip(tr("Puts the chosen note with the scene that is shown"));
    auto* const discard = new QPushButton(tr("De&lete"));
    discard->setObjectName(QStringLiteral("discardNote"));
    discard->setToolTip(tr("Deletes the chosen note"));
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_attach, 1);
    buttons->addWidget(discard);
    layout->addWidget(heading);
    layout->addWidget(m_lost);
    layout->addLayout(buttons);
    connect(m_attach, &QPushButton::clicked, this, [this] { m_notes.attach(chosenLost(), m_section); });
    connect(discard, &QPushButton::clicked, this, [this] { m_notes.discard(chosenLost()); });
    const auto enable = [this, discard] {
        m_attach->setEnabled(chosenLost() != 0);
        discard->setEnabled(chosenLost() != 0);
    };
    connect(m_lost, &QListWidget::itemSelectionChanged, this, enable);
    return m_lostBox;
}

app::NoteId ScenePanel::chosenLost() const {
    const QList<QListWidgetItem*> chosen = m_lost->selectedItems();
    return chosen.isEmpty() ? 0 : chosen.first()->data(kNoteRole).toLongLong();
}

void ScenePanel::setSection(qsizetype section, const QString& title) {
    m_section = section;
    m_called = title;
    m_title->setToolTip(title);
    elide();
    show();
}

void ScenePanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    elide();
}

void ScenePanel::elide() {
    const QFontMetrics metrics(m_title->font());
    m_title->setText(metrics.elidedText(m_called, Qt::ElideRight, m_title->width()));
}

// What is written in the field at the moment is left alone: the caret would jump.
void ScenePanel::show() {
    const QScopedValueRollback filling(m_isFilling, true);
    const auto fill = [](QPlainTextEdit& field, const QString& words) {
        if (field.toPlainText() != words)
            field.setPlainText(words);
    };
    fill(*m_synopsis, m_notes.synopsis(m_section));
    fill(*m_text, m_notes.text(m_section));
}

void ScenePanel::showLost() {
    const QList<app::SceneNote> lost = m_notes.withoutScene();
    const app::NoteId chosen = chosenLost();
    m_lost->clear();
    for (const app::SceneNote& note : lost) {
        const QString words = (note.synopsis + u' ' + note.text).simplified();
        auto* const item = new QListWidgetItem(words.left(200), m_lost);
        item->setData(kNoteRole, note.id);
        item->setToolTip(note.synopsis + QStringLiteral("\n\n") + note.text);
        item->setSelected(note.id == chosen || lost.size() == 1);
    }
    m_lostBox->setVisible(!lost.isEmpty());
}

void ScenePanel::select(bool isSynopsis, const app::TextRange& range) {
    QPlainTextEdit& field = isSynopsis ? *m_synopsis : *m_text;
    QTextCursor cursor(field.document());
    const int end = field.document()->characterCount() - 1;
    cursor.setPosition(std::min(static_cast<int>(range.position), end));
    cursor.setPosition(std::min(static_cast<int>(range.end()), end), QTextCursor::KeepAnchor);
    field.setTextCursor(cursor);
    field.ensureCursorVisible();
}

} // namespace ui
