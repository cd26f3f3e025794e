#include "ui/window/project/project_messages.h"

#include "app/files/file_path.h"
#include "app/project/project_controller.h"

#include <QFileInfo>

#include <utility>

namespace ui {

namespace {

using app::ProjectController;
using Kind = MessageBar::Kind;
using Topic = MessageBar::Topic;

constexpr qsizetype kLongestPath = 120;

// So that a very long one does not take the page away: its beginning and its end.
QString shownPath(const QString& path) {
    const QString readable = app::readablePath(path);
    return readable.size() <= kLongestPath
               ? readable
               : readable.first(kLongestPath / 3) + QStringLiteral("…") + readable.last(kLongestPath * 2 / 3);
}

bool isInTrash(const QString& path) { return path.contains(QLatin1String("/Trash/files/")); }

} // namespace

ProjectMessages::ProjectMessages(ProjectController& project, MessageBar& messages,
                                 std::function<void()> saveAs, QObject* parent)
    : QObject(parent)
    , m_project(project)
    , m_messages(messages)
    , m_saveAs(std::move(saveAs)) {
    connectOpening();
    connectCopies();
    connect(&m_project, &ProjectController::saveStateChanged, this, &ProjectMessages::tellSaving);
    connect(&m_project, &ProjectController::placeChanged, this, [this] {
        tellSaving();
        tellPlace();
    });
    connect(&m_project, &ProjectController::titleChanged, this, &ProjectMessages::tellPlace);
}

void ProjectMessages::connectOpening() {
    connect(&m_project, &ProjectController::openFailed, this,
            [this](const QString& /*path*/, const QString& message, const QString& details) {
                m_messages.show(Topic::Opening, {Kind::Problem, message, details, {}});
            });
    connect(&m_project, &ProjectController::opened, this, [this](const QString& notice) {
        m_messages.clear(Topic::Opening);
        m_messages.clear(Topic::SavingAs);
        // Why it cannot be written is said as long as it is so.
        if (!notice.isEmpty() && notice != m_project.saveProblem()) {
            m_messages.show(Topic::Opening,
                            {Kind::Hint,
                             notice,
                             {},
                             m_project.isUntitled() ? QList{saveAsAction()} : QList<MessageBar::Action>()});
        }
        m_recovered.clear();
        tellRecovered();
    });
    connect(&m_project, &ProjectController::recoveredFound, this, [this](const QStringList& paths) {
        m_recovered = paths;
        tellRecovered();
    });
}

void ProjectMessages::connectCopies() {
    const auto tellProblem = [this](const QString& /*path*/, const QString& message, const QString& details) {
        m_messages.show(Topic::SavingAs, {Kind::Problem, message, details, {}});
    };
    connect(&m_project, &ProjectController::saveAsFailed, this, tellProblem);
    connect(&m_project, &ProjectController::exportFailed, this, tellProblem);
    connect(&m_project, &ProjectController::savedAs, this, [this] {
        m_messages.clear(Topic::SavingAs);
        m_messages.clear(Topic::Opening);
    });
    connect(&m_project, &ProjectController::exported, this, [this](const QString& path) {
        m_messages.clear(Topic::SavingAs);
        m_messages.show(Kind::Hint, tr("The text is in %1.").arg(shownPath(path)));
    });
}

MessageBar::Action ProjectMessages::saveAsAction() const { return {tr("Save &as…"), m_saveAs}; }

void ProjectMessages::tellSaving() {
    using State = ProjectController::SaveState;
    const State state = m_project.saveState();
    if (state != State::Failing && state != State::ReadOnly) {
        m_messages.clear(Topic::Saving);
        return;
    }
    QString text = m_project.saveProblem();
    if (!m_project.keptIn().isEmpty()) {
        text += u' ' + tr("Until then your words are kept in %1.").arg(shownPath(m_project.keptIn()));
    }
    m_messages.show(Topic::Saving, {Kind::Problem, text, {}, {saveAsAction()}});
}

void ProjectMessages::tellPlace() {
    const app::FilePlace& place = m_project.place();
    using PlaceKind = app::FilePlace::Kind;
    const QString name = QFileInfo(app::readablePath(m_project.title())).fileName();
    const MessageBar::Action follow{tr("&Follow the file"), [this] { m_project.followFile(); }};
    if (place.kind == PlaceKind::AsOpened) {
        m_messages.clear(Topic::Place);
    } else if (place.kind == PlaceKind::Moved) {
        const QString now = shownPath(place.path);
        m_messages.show(
            Topic::Place,
            {Kind::Problem,
             isInTrash(place.path)
                 ? tr("“%1” was thrown into the trash; your text goes on being saved there, in %2.")
                       .arg(name, now)
                 : tr("“%1” was moved or renamed; your text is now saved in %2.").arg(name, now),
             {},
             {follow, saveAsAction()}});
    } else {
        const QString kept = shownPath(m_project.keptIn());
        m_messages.show(
            Topic::Place,
            {Kind::Problem,
             place.isNameTaken
                 ? tr("Another file was put in the place of “%1”; your text is kept in %2.").arg(name, kept)
                 : tr("The file of “%1” was deleted; your text is kept in %2.").arg(name, kept),
             {},
             {follow, saveAsAction()}});
    }
}

void ProjectMessages::tellRecovered() {
    if (m_recovered.isEmpty()) {
        m_messages.clear(Topic::Recovered);
        return;
    }
    const QString path = m_recovered.first();
    const QString name = QFileInfo(app::readablePath(path)).completeBaseName();
    const MessageBar::Action open{tr("&Open the copy"), [this, path] { m_project.open(path); }};
    const MessageBar::Action discard{tr("&Throw it away"), [this, path] {
                                         m_project.discardRecovered(path);
                                         m_recovered.removeAll(path);
                                         tellRecovered();
                                     }};
    m_messages.show(
        Topic::Recovered,
        {Kind::Hint,
         tr("A story could not be saved in its place; Inkgate kept a copy with all of it: %1.").arg(name),
         path,
         {open, discard}});
}

} // namespace ui
