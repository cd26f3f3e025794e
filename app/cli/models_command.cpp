#include "app/cli/models_command.h"

#include "app/cli/model_table.h"
#include "app/files/file_path.h"
#include "app/library/catalogue.h"
#include "app/library/download/download_queue.h"
#include "app/library/download/download_record.h"
#include "app/library/library_folder.h"
#include "app/library/machine.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/progress_line.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QTimer>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <utility>

namespace app {

namespace {

using engine::CommandContext;
using engine::ErrorCode;
using engine::Expected;
using engine::Json;

struct ModelsOptions {
    std::string folder;    // of the library; empty: the window's
    std::string catalogue; // a file; empty: the window's
    std::string model;     // a name, or for `get` also an address
    bool measures = true;
};

// Qt, as the window sets it up, for as long as an action runs.
class QtForAction {
public:
    QtForAction()
        : m_application(m_count, m_arguments) {
        QCoreApplication::setApplicationName(QStringLiteral("inkgate"));
        QLocale::setDefault(QLocale::c()); // as all other output
    }

private:
    char m_name[8] = "inkgate";
    char* m_arguments[2] = {m_name, nullptr};
    int m_count = 1;
    QCoreApplication m_application;
};

engine::Failure failed(const QString& sentence, ErrorCode code = ErrorCode::InvalidArgument) {
    return engine::failure(code, sentence.toStdString());
}

QString folderOf(const ModelsOptions& options) {
    return options.folder.empty() ? libraryFolder() : pathOfArgument(options.folder);
}

Expected<Catalogue> catalogueOf(const ModelsOptions& options) {
    const QString own = ownCatalogueOf(folderOf(options));
    const QString path = options.catalogue.empty() ? own : pathOfArgument(options.catalogue);
    if (options.catalogue.empty() && !QFile::exists(own))
        return builtInCatalogue();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failed(QStringLiteral("catalogue \"%1\": %2").arg(path, file.errorString()),
                      ErrorCode::FileUnreadable);
    auto catalogue = readCatalogue(file.read(kMostCatalogueBytes + 1), path);
    if (!catalogue)
        return failed(catalogue.error(), ErrorCode::FileDamaged);
    for (const QString& refused : catalogue->refused)
        std::cerr << "inkgate-cli: " << path.toStdString() << ": left out: " << refused.toStdString() << '\n';
    return std::move(*catalogue);
}

Expected<void> list(const ModelsOptions& options, const CommandContext& context) {
    const QtForAction qt;
    const auto catalogue = catalogueOf(options);
    if (!catalogue)
        return engine::failure(catalogue.error());
    MachineFacts machine{freeMemory(), {}};
    if (options.measures)
        machine = measureMachine();
    const Json models = modelsJson(*catalogue, folderOf(options), machine);
    if (context.json)
        engine::printJson({{"folder", folderOf(options).toStdString()},
                           {"free_memory_bytes", machine.freeBytes},
                           {"decode_gb_per_second",
                            {{"f16", numberOrNull(machine.decode.halves)},
                             {"q8", numberOrNull(machine.decode.q8)},
                             {"q4", numberOrNull(machine.decode.q4)}}},
                           {"models", models}});
    else
        printModels(models);
    return {};
}

Expected<RemoteModel> wanted(const ModelsOptions& options) {
    const auto catalogue = catalogueOf(options);
    if (!catalogue)
        return engine::failure(catalogue.error());
    const QString text = QString::fromStdString(options.model);
    if (const RemoteModel* const model = findModel(*catalogue, text))
        return *model;
    if (!text.contains(QStringLiteral("://")))
        return failed(QStringLiteral("model \"%1\": not in the catalogue; inkgate-cli models list names its "
                                     "models, and an address of the web will do as well")
                          .arg(text),
                      ErrorCode::FileNotFound);
    auto model = modelAt(text, *catalogue);
    if (!model)
        return failed(model.error());
    return std::move(*model);
}

std::string progressOf(const DownloadStatus& status) {
    std::string text = status.name.toStdString();
    char part[96];
    if (status.total > 0)
        std::snprintf(part, sizeof(part), ": %.1f of %.1f MB", double(status.have) / 1e6,
                      double(status.total) / 1e6);
    else
        std::snprintf(part, sizeof(part), ": %.1f MB", double(status.have) / 1e6);
    text += part;
    if (status.state == DownloadState::Retrying)
        return text + "; " + status.note.toStdString() + " Trying again";
    if (status.state == DownloadState::Checking || status.state == DownloadState::Verifying)
        return text + ", checking it";
    if (status.bytesPerSecond > 0) {
        std::snprintf(part, sizeof(part), ", %.1f MB/s", status.bytesPerSecond / 1e6);
        text += part;
    }
    if (status.secondsLeft() >= 0) {
        std::snprintf(part, sizeof(part), ", %.0f s left", std::ceil(status.secondsLeft()));
        text += part;
    }
    return text;
}

// Runs until the download has ended one way or another.
DownloadStatus download(const RemoteModel& model, const QString& library, const std::stop_token& stop) {
    engine::ProgressLine progress;
    DownloadQueue queue(library);
    DownloadStatus last;
    bool isAsked = false;
    QObject::connect(&queue, &DownloadQueue::changed, &queue, [&](const DownloadStatus& status) {
        last = status;
        progress.show(progressOf(status));
        if (!status.isActive())
            QCoreApplication::quit();
    });
    QTimer watch;
    QObject::connect(&watch, &QTimer::timeout, &queue, [&] {
        if (stop.stop_requested() && !std::exchange(isAsked, true))
            queue.pause(model.file.name);
    });
    watch.start(50);
    QTimer::singleShot(0, &queue, [&] { queue.add(model); }); // in the loop, so that quit() is heard
    QCoreApplication::exec();
    return last;
}

Expected<void> get(const ModelsOptions& options, const CommandContext& context) {
    const QtForAction qt;
    const auto model = wanted(options);
    if (!model)
        return engine::failure(model.error());
    const QString library = folderOf(options);
    const DownloadStatus status = download(*model, library, context.stop);
    if (status.state == DownloadState::Paused)
        return failed(
            QStringLiteral("interrupted; what has come is kept, and the same command goes on with it"),
            ErrorCode::Cancelled);
    if (status.state != DownloadState::Complete)
        return failed(status.name + QStringLiteral(": ") + status.note, ErrorCode::FileUnreadable);
    const auto record = readRecord(folderOfModel(library, status.name));
    if (context.json)
        engine::printJson({{"name", status.name.toStdString()},
                           {"path", status.path.toStdString()},
                           {"bytes", record ? record->modelFile().bytes : -1},
                           {"sha256", record ? record->modelFile().sha256.toStdString() : ""}});
    else
        std::cout << status.path.toStdString() << '\n';
    return {};
}

Expected<void> remove(const ModelsOptions& options, const CommandContext& context) {
    const QtForAction qt;
    const QString name = QString::fromStdString(options.model);
    if (const QString problem = removeStored(folderOf(options), name); !problem.isEmpty())
        return failed(problem, ErrorCode::WriteFailed);
    if (context.json)
        engine::printJson({{"removed", options.model}});
    return {};
}

QString sentenceOf(const Verification& verification, const QString& name) {
    switch (verification.kind) {
    case Verification::Kind::Same: break;
    case Verification::Kind::Different:
        return QStringLiteral(
                   "%1: %2 is not the file it was (its SHA-256 is another); remove the model and get it "
                   "again")
            .arg(name, verification.file);
    case Verification::Kind::Unfinished:
        return QStringLiteral("%1: %2 is not here (yet); get it").arg(name, verification.file);
    case Verification::Kind::Unreadable:
        return QStringLiteral("%1: %2 cannot be read (%3)").arg(name, verification.file, verification.reason);
    case Verification::Kind::Stopped: return QStringLiteral("interrupted before everything was read");
    }
    return {};
}

const char* nameOf(Verification::Kind kind) {
    switch (kind) {
    case Verification::Kind::Same: return "same";
    case Verification::Kind::Different: return "different";
    case Verification::Kind::Unfinished: return "unfinished";
    case Verification::Kind::Unreadable: return "unreadable";
    case Verification::Kind::Stopped: break;
    }
    return "stopped";
}

Expected<void> verify(const ModelsOptions& options, const CommandContext& context) {
    const QtForAction qt;
    const QString library = folderOf(options);
    QStringList names;
    if (!options.model.empty())
        names.append(QString::fromStdString(options.model));
    else
        for (const DownloadStatus& stored : storedModels(library))
            if (stored.state == DownloadState::Complete)
                names.append(stored.name);
    QString problem;
    Json results = Json::array();
    constexpr qint64 kWorthALine = 100'000'000;
    for (const QString& name : names) {
        if (!storedModel(library, name))
            return failed(QStringLiteral("%1 is not in the library").arg(name), ErrorCode::FileNotFound);
        engine::ProgressLine progress;
        const Verification verification = verifyStored(library, name, [&](qint64 bytes) {
            if (bytes > kWorthALine)
                progress.show(name.toStdString() + ": " + std::to_string(bytes / 1'000'000) + " MB read");
            return !context.stop.stop_requested();
        });
        results.push_back({{"name", name.toStdString()}, {"result", nameOf(verification.kind)}});
        if (problem.isEmpty())
            problem = sentenceOf(verification, name);
        if (verification.kind == Verification::Kind::Stopped)
            break;
    }
    if (context.json)
        engine::printJson({{"models", results}});
    else
        for (const Json& result : results)
            std::cout << result["name"].get<std::string>() << ": " << result["result"].get<std::string>()
                      << '\n';
    return problem.isEmpty() ? Expected<void>() : failed(problem, ErrorCode::FileDamaged);
}

using Options = std::shared_ptr<ModelsOptions>;
using Action = Expected<void> (*)(const ModelsOptions&, const CommandContext&);

CLI::App* addPart(CLI::App& command, CommandContext& context, const Options& options, const char* name,
                  const char* description, Action action) {
    CLI::App* const part = command.add_subcommand(name, description);
    part->add_flag("--json", context.json, "Print one JSON document on standard output");
    part->add_option("--folder", options->folder, "The library's folder; by default the one the window uses");
    part->callback([options, action, &context] {
        context.action = [options, action, &context] { return action(*options, context); };
    });
    return part;
}

} // namespace

void addModelsCommand(CLI::App& app, CommandContext& context) {
    const auto options = std::make_shared<ModelsOptions>();
    CLI::App* const command =
        app.add_subcommand("models", "List models that can be had, get them, check and remove them");
    command->require_subcommand(1);
    constexpr const char* kCatalogue =
        "A catalogue file; by default the one that comes with Inkgate, or that the "
        "window uses";
    CLI::App* const lists = addPart(*command, context, options, "list",
                                    "Name the models of the catalogue and those that are here", list);
    lists->add_option("--catalogue", options->catalogue, kCatalogue);
    lists->add_flag(
        "!--no-measure", options->measures,
        "Do not measure how fast this machine decodes, which takes some seconds; tokens per second are "
        "then not known");
    CLI::App* const gets = addPart(*command, context, options, "get",
                                   "Download a model, or go on with it; prints where it is", get);
    gets->add_option("--catalogue", options->catalogue, kCatalogue);
    gets->add_option("MODEL", options->model, "A name of the catalogue, or the address of a model file")
        ->required();
    addPart(*command, context, options, "remove", "Delete a model's files from the library", remove)
        ->add_option("MODEL", options->model, "Its name, as list prints it")
        ->required();
    addPart(*command, context, options, "verify", "Read models and compare them with their SHA-256", verify)
        ->add_option("MODEL", options->model, "Its name; by default all that are whole");
}

} // namespace app
