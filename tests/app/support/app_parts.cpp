#include "tests/app/support/app_parts.h"

#include <QSignalSpy>
#include <QTest>

namespace app {

namespace {

constexpr int kPatienceMs = 20'000;

template <class Worker> Worker* startIn(QThread& thread, const char* name, Worker* worker) {
    thread.setObjectName(QLatin1String(name));
    worker->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
    thread.start();
    return worker;
}

// Nobody waits for servers that do not get well.
FetchSettings quickFetches() {
    FetchSettings settings;
    settings.stallMs = 500;
    settings.firstWaitMs = 5;
    settings.longestWaitMs = 20;
    settings.mostTries = 2;
    settings.spareBytes = 0;
    return settings;
}

} // namespace

AppParts::AppParts(const QString& folder, const ScriptedGenerator::Script& script)
    : settings(folder + QStringLiteral("/inkgate.ini"), QSettings::IniFormat)
    , preferences(settings)
    , runs(document)
    , storage(startIn(storageThread, "storage", new StorageWorker(folder + QStringLiteral("/data"))))
    , generator(startIn(engineThread, "engine", new ScriptedGenerator(script)))
    , assistant(*generator)
    , writer(document, assistant, runs, reading, nullptr, [seed = quint64{0}]() mutable { return ++seed; })
    , project(document, runs, reading, preferences, *storage)
    , voice(folder + QStringLiteral("/voices"), QThread::InheritPriority)
    , library(folder + QStringLiteral("/models"), quickFetches(),
              [](const std::stop_token&) {
                  return MachineFacts{qint64{8} << 30, {10, 10, 10}};
              })
    , spelling({{folder + QStringLiteral("/dictionaries")}, folder + QStringLiteral("/words.txt")},
               {QStringLiteral("en_US")}) {
    QObject::connect(&project, &ProjectController::aboutToClose, &writer, &StoryWriter::release);
    preferences.writeWhere(*storage);
    writer.setModelChoice({QStringLiteral("tales"), QStringLiteral("gated")});
}

AppParts::~AppParts() {
    writer.release();
    assistant.cancelAll();
    project.shutdown();
    preferences.flush();
    for (QThread* thread : {&engineThread, &storageThread}) {
        thread->quit();
        thread->wait();
    }
}

bool AppParts::start(const QString& file) {
    QSignalSpy opened(&project, &ProjectController::opened);
    project.start(file);
    return opened.wait(kPatienceMs);
}

bool AppParts::waitUntilSaved() {
    project.saveNow();
    return QTest::qWaitFor([this] { return project.saveState() == ProjectController::SaveState::Saved; },
                           kPatienceMs);
}

bool AppParts::write(qsizetype cursor, int tokens) {
    GenerationOptions options = writer.options();
    options.maxTokens = tokens;
    writer.setOptions(options);
    QSignalSpy finished(&writer, &StoryWriter::finished);
    writer.continueAt(cursor);
    return finished.wait(kPatienceMs);
}

} // namespace app
