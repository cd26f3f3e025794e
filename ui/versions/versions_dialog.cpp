#include "ui/versions/versions_dialog.h"

#include "app/document/document.h"
#include "app/project/project_controller.h"
#include "app/project/version_keeper.h"
#include "app/writing/story_writer.h"
#include "ui/exchange/story_export.h"
#include "ui/versions/backup_settings.h"
#include "ui/versions/difference_view.h"
#include "ui/versions/gate_settings.h"
#include "ui/versions/version_words.h"

#include <QBoxLayout>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGroupBox>
#include <QInputDialog>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPromise>
#include <QPushButton>
#include <QSplitter>
#include <QThreadPool>

namespace ui {

VersionsDialog::VersionsDialog(const app::AppContext& context, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_list(new QListWidget)
    , m_about(new QLabel)
    , m_view(new DifferenceView)
    , m_sideBySide(new QPushButton(tr("Side &by side")))
    , m_keeping(new QPushButton(tr("Bac&kups and size…")))
    , m_keep(new QPushButton(tr("Keep the &text of now…")))
    , m_rename(new QPushButton(tr("&Name…")))
    , m_save(new QPushButton(tr("&Save as…")))
    , m_remove(new QPushButton(tr("&Delete")))
    , m_bringBack(new QPushButton(tr("&Undo delete")))
    , m_restoreSelected(new QPushButton(tr("Restore selected &paragraphs")))
    , m_restore(new QPushButton(tr("&Restore all of it"))) {
    build();
    connectParts();
    refreshButtons();
}

VersionsDialog::~VersionsDialog() { m_stop.request_stop(); }

void VersionsDialog::build() {
    setWindowTitle(tr("Versions"));
    setObjectName(QStringLiteral("versionsDialog"));
    setModal(false);
    resize(980, 620);
    m_list->setObjectName(QStringLiteral("versionList"));
    m_list->setAccessibleName(tr("Versions"));
    m_view->setObjectName(QStringLiteral("versionDifference"));
    m_about->setObjectName(QStringLiteral("versionAbout"));
    m_about->setWordWrap(true);
    m_restore->setObjectName(QStringLiteral("versionRestore"));
    m_restoreSelected->setObjectName(QStringLiteral("versionRestoreSelected"));
    m_remove->setObjectName(QStringLiteral("versionDelete"));
    m_bringBack->setObjectName(QStringLiteral("versionBringBack"));
    m_sideBySide->setObjectName(QStringLiteral("versionSideBySide"));
    m_sideBySide->setCheckable(true);
    m_sideBySide->setToolTip(tr("The version on the left, the text of now on the right"));
    m_keeping->setObjectName(QStringLiteral("versionKeeping"));
    auto* const head = new QHBoxLayout;
    head->addWidget(m_about, 1);
    head->addWidget(m_sideBySide);
    auto* const right = new QWidget;
    auto* const texts = new QVBoxLayout(right);
    texts->setContentsMargins(0, 0, 0, 0);
    texts->addLayout(head);
    texts->addWidget(m_view, 1);
    auto* const splitter = new QSplitter;
    splitter->addWidget(m_list);
    splitter->addWidget(right);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({300, 680});
    auto* const close = new QPushButton(tr("&Close"));
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto* const buttons = new QHBoxLayout;
    for (QPushButton* const button : {m_keep, m_rename, m_save, m_remove, m_bringBack, m_keeping})
        buttons->addWidget(button);
    buttons->addStretch(1);
    for (QPushButton* const button : {m_restoreSelected, m_restore, close})
        buttons->addWidget(button);
    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(splitter, 1);
    layout->addLayout(buttons);
    // From here on they are the dialog's children.
    for (QPushButton* const button : findChildren<QPushButton*>())
        button->setAutoDefault(false);
}

void VersionsDialog::connectParts() {
    app::VersionKeeper* const keeper = &m_context.project.versions();
    connect(keeper, &app::VersionKeeper::listed, this, &VersionsDialog::showList);
    connect(keeper, &app::VersionKeeper::changed, this, [this, keeper] {
        if (isVisible())
            keeper->list();
    });
    connect(keeper, &app::VersionKeeper::textRead, this,
            [this](app::VersionId version, const app::VersionText& text, const QString& problem) {
                if (version != m_read)
                    return;
                m_problem = problem;
                m_text = text.text;
                compare(text.text);
            });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &VersionsDialog::showComparison);
    connect(&m_context.project, &app::ProjectController::opened, this, [this, keeper] {
        m_removed = 0;
        if (isVisible())
            keeper->list();
    });
    connect(&m_context.writer, &app::StoryWriter::activityChanged, this, &VersionsDialog::refreshButtons);
    connect(m_list, &QListWidget::currentRowChanged, this, &VersionsDialog::readSelected);
    connect(m_view, &QTextEdit::cursorPositionChanged, this, &VersionsDialog::refreshButtons);
    connect(m_view, &QTextEdit::selectionChanged, this, &VersionsDialog::refreshButtons);
    connect(m_keep, &QPushButton::clicked, this, &VersionsDialog::keepNamed);
    connect(m_rename, &QPushButton::clicked, this, &VersionsDialog::rename);
    connect(m_save, &QPushButton::clicked, this, &VersionsDialog::saveAs);
    connect(m_remove, &QPushButton::clicked, this, &VersionsDialog::remove);
    connect(m_bringBack, &QPushButton::clicked, this,
            [this, keeper] { keeper->bringBack(std::exchange(m_removed, 0)); });
    connect(m_sideBySide, &QPushButton::toggled, m_view, &DifferenceView::setSideBySide);
    connect(m_keeping, &QPushButton::clicked, this, &VersionsDialog::openKeeping);
    connect(m_restoreSelected, &QPushButton::clicked, this, [this] { restore(false); });
    connect(m_restore, &QPushButton::clicked, this, [this] { restore(true); });
}

void VersionsDialog::setColours(const Colours& colours) { m_view->setColours(colours); }

void VersionsDialog::open() {
    show();
    raise();
    activateWindow();
    m_list->setFocus();
    m_context.project.versions().list();
}

const app::StoryVersion* VersionsDialog::selected() const {
    const int row = m_list->currentRow();
    return row >= 0 && row < m_versions.size() ? &m_versions[row] : nullptr;
}

void VersionsDialog::showList(const app::VersionList& list) {
    const app::StoryVersion* const before = selected();
    const app::VersionId chosen = before != nullptr ? before->id : 0;
    m_versions = list.versions;
    int row = m_versions.isEmpty() ? -1 : 0;
    {
        const QSignalBlocker blocker(m_list);
        m_list->clear();
        for (qsizetype i = 0; i < m_versions.size(); ++i) {
            const app::StoryVersion* const older = i + 1 < m_versions.size() ? &m_versions[i + 1] : nullptr;
            m_list->addItem(versionLabel(m_versions[i], older, QDateTime::currentDateTime()));
            if (m_versions[i].id == chosen)
                row = static_cast<int>(i);
        }
        m_list->setCurrentRow(row);
    }
    m_about->setText(list.problem);
    readSelected();
}

void VersionsDialog::readSelected() {
    m_stop.request_stop();
    m_text.reset();
    m_comparison.reset();
    const app::StoryVersion* const version = selected();
    m_read = version != nullptr ? version->id : 0;
    if (version != nullptr) {
        m_view->say(tr("Comparing with the text of now…"));
        m_context.project.versions().read(version->id);
    } else {
        m_view->say(
            tr("No versions yet. Inkgate keeps one before the first change of every session, every half "
               "hour of changes, and before it replaces everywhere; you can keep one at any time."));
    }
    refreshButtons();
}

void VersionsDialog::compare(const app::SpannedText& version) {
    m_stop.request_stop();
    m_stop = std::stop_source();
    auto promise = std::make_shared<QPromise<std::optional<VersionComparison>>>();
    m_watcher.setFuture(promise->future());
    QThreadPool::globalInstance()->start(
        [promise, version, now = m_context.document.content(), stop = m_stop.get_token()] {
            promise->start();
            promise->addResult(compareVersion(version, now, stop));
            promise->finish();
        });
}

void VersionsDialog::showComparison() {
    if (m_watcher.future().resultCount() == 0 || !m_watcher.result() || !m_text)
        return;
    m_comparison = std::make_shared<const VersionComparison>(*m_watcher.result());
    m_about->setText(m_problem.isEmpty() ? differenceLabel(*m_comparison) : m_problem);
    m_view->show(m_comparison);
    refreshButtons();
}

void VersionsDialog::refreshButtons() {
    const bool isAny = selected() != nullptr;
    const bool canRestore = m_comparison && !m_comparison->pieces.isEmpty() &&
                            m_context.writer.activity() == app::StoryWriter::Activity::Idle;
    m_rename->setEnabled(isAny);
    m_remove->setEnabled(isAny);
    m_save->setEnabled(m_text.has_value());
    m_bringBack->setVisible(m_removed != 0);
    m_restore->setEnabled(canRestore);
    m_restoreSelected->setEnabled(canRestore && m_view->selectedDifferences().first >= 0);
}

void VersionsDialog::restore(bool isWhole) {
    if (!m_comparison)
        return;
    // The story may have changed since; then it is compared again, and nothing is replaced unseen.
    if (!(m_comparison->now == m_context.document.content())) {
        compare(*m_text);
        m_about->setText(tr("The story changed meanwhile. This is the difference to the text of now."));
        return;
    }
    auto [first, last] = m_view->selectedDifferences();
    if (isWhole) {
        first = 0;
        last = static_cast<int>(m_comparison->pieces.size()) - 1;
    }
    if (first < 0)
        return;
    const app::TextEdit edit = app::restoringEdit(m_comparison->before, m_comparison->now,
                                                  m_comparison->pieces.mid(first, last - first + 1));
    m_context.project.versions().keep(app::VersionCause::BeforeRestore);
    m_context.document.replacePassage({edit.position, edit.removedLength}, edit.inserted, edit.insertedSpans);
}

void VersionsDialog::askForName(const QString& title, const QString& name,
                                const std::function<void(const QString&)>& then) {
    // Over the window that is there: "Keep a version" asks without the list of versions.
    auto* const dialog = new QInputDialog(isVisible() ? this : parentWidget());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(tr("Name of the version:"));
    dialog->setTextValue(name);
    connect(dialog, &QInputDialog::textValueSelected, this,
            [then](const QString& text) { then(text.trimmed()); });
    dialog->open();
}

void VersionsDialog::keepNamed() {
    askForName(tr("Keep a version"), QString(), [this](const QString& name) {
        m_context.project.versions().keep(app::VersionCause::Named, name);
    });
}

void VersionsDialog::rename() {
    if (const app::StoryVersion* const version = selected())
        askForName(tr("Name this version"), version->name, [this, id = version->id](const QString& name) {
            m_context.project.versions().rename(id, name);
        });
}

void VersionsDialog::saveAs() {
    if (!m_text)
        return;
    auto* const dialog = new QFileDialog(this, tr("Save this version"), QString(), tr("Text (*.txt *.md)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    const app::StoryVersion* const version = selected();
    const QString name = version != nullptr ? version->name : QString();
    dialog->selectFile(fileNameOf(name.isEmpty() ? m_context.project.title() : name));
    connect(dialog, &QFileDialog::fileSelected, this, [this, text = m_text->text()](const QString& path) {
        m_context.project.versions().exportText(path, text);
    });
    dialog->open();
}

void VersionsDialog::openKeeping() {
    auto* const dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("keepingDialog"));
    dialog->setWindowTitle(tr("Backups and size"));
    auto* const backups = new QGroupBox(tr("Backup copies of all stories"));
    auto* const gates = new QGroupBox(tr("Gates of this story"));
    auto* const gateSettings = new GateSettings(m_context.project);
    (new QVBoxLayout(backups))->addWidget(new BackupSettings(m_context.preferences));
    (new QVBoxLayout(gates))->addWidget(gateSettings);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* const layout = new QVBoxLayout(dialog);
    layout->addWidget(backups);
    layout->addWidget(gates);
    layout->addWidget(buttons);
    for (QPushButton* const button : dialog->findChildren<QPushButton*>())
        button->setAutoDefault(false); // Return ends what is typed into a box
    dialog->resize(520, dialog->sizeHint().height());
    gateSettings->refresh();
    dialog->open();
}

void VersionsDialog::remove() {
    if (const app::StoryVersion* const version = selected()) {
        m_removed = version->id;
        m_context.project.versions().remove(version->id);
    }
}

} // namespace ui
