#include "ui/reading/lore_files.h"

#include "app/project/project_controller.h"
#include "app/reading/lorebook_file.h"
#include "app/reading/story_reading.h"

#include <QFileDialog>
#include <QFileInfo>

#include <utility>

namespace ui {

LoreFiles::LoreFiles(app::StoryReading& reading, app::ProjectController& project, QWidget& page)
    : QObject(&page)
    , m_reading(reading)
    , m_project(project)
    , m_page(page) {
    connect(&m_project, &app::ProjectController::lorebookRead, this,
            [this](const QString& path, const app::Lorebook& book, const QString& notice,
                   const QString& problem) {
                if (path != std::exchange(m_importing, QString()))
                    return;
                if (problem.isEmpty())
                    emit read(book, notice);
                else
                    emit failed(problem);
            });
}

void LoreFiles::importFrom(const QString& path) {
    m_importing = QFileInfo(path).absoluteFilePath();
    m_project.readLorebook(path);
}

void LoreFiles::exportTo(const QString& path) {
    QString target = path;
    if (QFileInfo(target).suffix().isEmpty())
        target += QStringLiteral(".json");
    m_project.exportBytes(target, app::writeLorebook(m_reading.settings().lorebook));
}

void LoreFiles::askForImport() {
    auto* dialog = new QFileDialog(&m_page, tr("Import a lorebook"), QString(),
                                   tr("Lorebooks (*.json *.lorebook);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &LoreFiles::importFrom);
    dialog->open();
}

void LoreFiles::askForExport() {
    auto* dialog = new QFileDialog(&m_page, tr("Export the lorebook"), QString(), tr("Lorebooks (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->selectFile(tr("%1 lorebook.json").arg(m_project.title()));
    connect(dialog, &QFileDialog::fileSelected, this, &LoreFiles::exportTo);
    dialog->open();
}

} // namespace ui
