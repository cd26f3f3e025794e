// project_folder.h: a folder with a named project in it, for tests of what becomes of the file.
// Threads: the test's.
#pragma once

#include "app/storage/project_file.h"
#include "tests/app/support/app_parts.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace test {

class ProjectFolder {
protected:
    std::unique_ptr<QTemporaryDir> m_folder;

    QString path(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    QStringList recovered() const {
        return QDir(path("data/recovered")).entryList({QStringLiteral("*.inkgate")}, QDir::Files);
    }
    static void saveAs(app::AppParts& parts, const QString& path) {
        QSignalSpy saved(&parts.project, &app::ProjectController::savedAs);
        parts.project.saveAs(path);
        QVERIFY(saved.wait());
    }
    static QString textIn(const QString& path) {
        auto file = app::ProjectFile::open(path);
        return file ? (*file)->text().text() : file.error().message;
    }
    static void type(app::AppParts& parts, const char* words) {
        parts.document.applyUserEdit(0, 0, QLatin1String(words));
    }
    // A named project with "One. " in it.
    void begin(app::AppParts& parts) {
        QVERIFY(parts.start());
        saveAs(parts, path("a.inkgate"));
        type(parts, "One. ");
        QVERIFY(parts.waitUntilSaved());
    }
};

} // namespace test
