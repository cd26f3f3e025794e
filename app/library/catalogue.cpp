#include "app/library/catalogue.h"

#include <QCoreApplication>
#include <QFile>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include <algorithm>

namespace app {

namespace {

constexpr QLatin1String kFormat("inkgate-catalogue");
constexpr int kVersion = 1;
constexpr double kMostBytes = 1e15;
constexpr QLatin1String kWorldVocabulary("rwkv_vocab_v20230424.txt");

QString tr(const char* text) { return QCoreApplication::translate("app::ModelLibrary", text); }

using Problem = tl::unexpected<QString>;

bool isSha256(const QString& text) {
    return text.size() == 64 && std::ranges::all_of(text, [](QChar c) {
               return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
           });
}

// An integer from 0 to `most`; -1 if it is none.
qint64 integerOf(const QJsonValue& value, double most) {
    const double number = value.toDouble(-1);
    return number >= 0 && number <= most && number == double(qint64(number)) ? qint64(number) : -1;
}

tl::expected<RemoteFile, QString> readFile(const QJsonObject& object) {
    RemoteFile file;
    file.name = object[u"name"].toString();
    if (!isPlainFileName(file.name))
        return Problem(tr("“name” is not the name of a file"));
    file.address = QUrl(object[u"address"].toString(), QUrl::StrictMode);
    if (!isUsableAddress(file.address))
        return Problem(tr("“address” is not one of the web (http or https)"));
    file.bytes = integerOf(object[u"bytes"], kMostBytes);
    if (file.bytes <= 0)
        return Problem(tr("“bytes” is not the length of a file"));
    file.sha256 = object[u"sha256"].toString().toLower();
    if (!isSha256(file.sha256))
        return Problem(tr("“sha256” has not 64 hexadecimal digits"));
    return file;
}

tl::expected<RemoteModel, QString> readModel(const QJsonObject& object,
                                             const QHash<QString, RemoteFile>& files) {
    auto file = readFile(object);
    if (!file)
        return Problem(file.error());
    RemoteModel model;
    model.file = std::move(*file);
    if (!isModelFileName(model.file.name))
        return Problem(tr("“name” has not the ending of a model file"));
    for (const QJsonValue& needed : object[u"needs"].toArray()) {
        const auto found = files.constFind(needed.toString());
        if (found == files.constEnd() || found->name == model.file.name)
            return Problem(tr("it needs “%1”, which is not among the files").arg(needed.toString()));
        model.needs.append(*found);
    }
    model.architecture = object[u"architecture"].toString();
    constexpr double kMostSize = 1e6;
    model.layers = int(std::max<qint64>(0, integerOf(object[u"layers"], kMostSize)));
    model.width = int(std::max<qint64>(0, integerOf(object[u"width"], kMostSize)));
    model.vocabulary = int(std::max<qint64>(0, integerOf(object[u"vocabulary"], 10 * kMostSize)));
    for (const QJsonValue& language : object[u"languages"].toArray())
        if (!language.toString().isEmpty())
            model.languages.append(language.toString());
    model.goodFor = object[u"good_for"].toString().simplified();
    return model;
}

QJsonObject jsonOf(const RemoteFile& file) {
    return {{QStringLiteral("name"), file.name},
            {QStringLiteral("bytes"), file.bytes},
            {QStringLiteral("sha256"), file.sha256},
            {QStringLiteral("address"), QString::fromUtf8(file.address.toEncoded())}};
}

QJsonObject jsonOf(const RemoteModel& model) {
    QJsonObject object = jsonOf(model.file);
    object[u"architecture"] = model.architecture;
    object[u"layers"] = model.layers;
    object[u"width"] = model.width;
    object[u"vocabulary"] = model.vocabulary;
    object[u"languages"] = QJsonArray::fromStringList(model.languages);
    object[u"good_for"] = model.goodFor;
    QJsonArray needs;
    for (const RemoteFile& file : model.needs)
        needs.append(file.name);
    object[u"needs"] = needs;
    return object;
}

QHash<QString, RemoteFile> readFiles(const QJsonArray& array, QStringList& refused) {
    QHash<QString, RemoteFile> files;
    for (const QJsonValue& value : array) {
        const auto file = readFile(value.toObject());
        if (file && !files.contains(file->name))
            files.insert(file->name, *file);
        else
            refused.append(tr("File %1: %2.")
                               .arg(files.size() + refused.size() + 1)
                               .arg(file ? tr("its name is there twice") : file.error()));
    }
    return files;
}

} // namespace

bool isPlainFileName(const QString& name) {
    constexpr qsizetype kMostLetters = 150; // file systems take 255 bytes, with endings of ours
    return !name.isEmpty() && name.toUtf8().size() <= kMostLetters && !name.startsWith(u'.') &&
           std::ranges::all_of(name, [](QChar c) { return c.isPrint() && c != u'/' && c != u'\\'; });
}

bool isModelFileName(const QString& name) {
    static const QStringList kEndings{QStringLiteral(".safetensors"), QStringLiteral(".st"),
                                      QStringLiteral(".pth"), QStringLiteral(".gguf"),
                                      QStringLiteral(".bin")};
    return isPlainFileName(name) && std::ranges::any_of(kEndings, [&name](const QString& ending) {
               return name.endsWith(ending, Qt::CaseInsensitive) && name.size() > ending.size();
           });
}

QString noAddress() { return tr("This is not an address of the web. Paste one that begins with https://."); }

bool isUsableAddress(const QUrl& address) {
    return address.isValid() && !address.host().isEmpty() && address.userInfo().isEmpty() &&
           (address.scheme() == u"https" || address.scheme() == u"http");
}

tl::expected<Catalogue, QString> readCatalogue(const QByteArray& bytes, const QString& name) {
    if (bytes.size() > kMostCatalogueBytes)
        return Problem(tr("%1 is too large to be a catalogue of models.").arg(name));
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(bytes, &error).object();
    if (error.error != QJsonParseError::NoError || object[u"format"].toString() != kFormat)
        return Problem(tr("%1 is not a catalogue of models.").arg(name));
    if (object[u"version"].toInt() != kVersion)
        return Problem(tr("%1 is a catalogue of a newer kind; use a newer Inkgate for it.").arg(name));
    Catalogue catalogue;
    catalogue.title = object[u"title"].toString().simplified();
    catalogue.date = object[u"date"].toString().simplified();
    const auto files = readFiles(object[u"files"].toArray(), catalogue.refused);
    const QJsonArray models = object[u"models"].toArray();
    if (models.size() > kMostCatalogueModels)
        return Problem(tr("%1 names more models than a catalogue can have.").arg(name));
    QSet<QString> names;
    for (qsizetype i = 0; i < models.size(); ++i) {
        const QJsonObject entry = models[i].toObject();
        const auto model = readModel(entry, files);
        const bool isNew = model && !names.contains(model->file.name);
        if (isNew) {
            names.insert(model->file.name);
            catalogue.models.append(*model);
            continue;
        }
        const QString shown = entry[u"name"].toString().simplified().left(80);
        catalogue.refused.append(tr("Model %1 (%2): %3.")
                                     .arg(i + 1)
                                     .arg(shown.isEmpty() ? tr("without a name") : shown)
                                     .arg(model ? tr("its name is there twice") : model.error()));
    }
    if (catalogue.models.isEmpty())
        return Problem(
            catalogue.refused.isEmpty()
                ? tr("%1 names no models.").arg(name)
                : tr("%1 names no model that can be used. %2").arg(name, catalogue.refused.first()));
    return catalogue;
}

QByteArray writeCatalogue(const Catalogue& catalogue) {
    QJsonArray models, files;
    QSet<QString> names;
    for (const RemoteModel& model : catalogue.models) {
        models.append(jsonOf(model));
        for (const RemoteFile& file : model.needs)
            if (!names.contains(file.name)) {
                names.insert(file.name);
                files.append(jsonOf(file));
            }
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("format"), kFormat},
                                     {QStringLiteral("version"), kVersion},
                                     {QStringLiteral("title"), catalogue.title},
                                     {QStringLiteral("date"), catalogue.date},
                                     {QStringLiteral("files"), files},
                                     {QStringLiteral("models"), models}})
        .toJson();
}

const Catalogue& builtInCatalogue() {
    static const Catalogue kCatalogue = [] {
        QFile file(QStringLiteral(":/catalogue.json"));
        if (!file.open(QIODevice::ReadOnly))
            return Catalogue();
        return readCatalogue(file.readAll(), file.fileName()).value_or(Catalogue());
    }();
    return kCatalogue;
}

const RemoteModel* findModel(const Catalogue& catalogue, const QString& name) {
    const auto found = std::ranges::find_if(
        catalogue.models, [&name](const RemoteModel& model) { return model.file.name == name; });
    return found == catalogue.models.end() ? nullptr : &*found;
}

tl::expected<RemoteModel, QString> modelAt(const QString& address, const Catalogue& catalogue) {
    const QUrl url(address.trimmed(), QUrl::StrictMode);
    if (!isUsableAddress(url))
        return Problem(noAddress());
    for (const RemoteModel& model : catalogue.models)
        if (model.file.address == url)
            return model;
    RemoteModel model;
    model.file.address = url;
    model.file.name = url.fileName(QUrl::FullyDecoded);
    if (!isModelFileName(model.file.name))
        return Problem(
            tr("This address does not end in the name of a model file (.safetensors, .st, .pth, .gguf "
               "or .bin). Paste the address of the file itself, not of the page about it."));
    if (findModel(catalogue, model.file.name))
        return Problem(tr("The catalogue has another file of the name %1. Get that one, or use a catalogue "
                          "that names this address.")
                           .arg(model.file.name));
    if (model.file.name.endsWith(u".pth", Qt::CaseInsensitive))
        for (const RemoteModel& known : builtInCatalogue().models)
            for (const RemoteFile& file : known.needs)
                if (file.name == kWorldVocabulary && model.needs.isEmpty())
                    model.needs.append(file);
    return model;
}

} // namespace app
