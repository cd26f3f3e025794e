// catalogue.h: a list of models that can be downloaded, as a JSON file (docs/formats/catalogue.md). One comes
// with Inkgate; the writer may use another.
// Threads: pure functions; builtInCatalogue() reads a resource.
#pragma once

#include "app/library/remote_file.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <tl/expected.hpp>

namespace app {

// More is no catalogue.
inline constexpr qsizetype kMostCatalogueBytes = qsizetype{4} << 20;
inline constexpr qsizetype kMostCatalogueModels = 2'000;

struct Catalogue {
    QString title;
    QString date; // as it says itself
    QList<RemoteModel> models;
    QStringList refused; // a sentence for each entry that was left out

    bool operator==(const Catalogue&) const = default;
};

// `name`: of the file, for sentences. An entry that cannot be used is left out and named; a file that is no
// catalogue, or holds no model that can be used, is an error of one sentence.
[[nodiscard]] tl::expected<Catalogue, QString> readCatalogue(const QByteArray& bytes, const QString& name);
// What readCatalogue() reads back as the same models.
[[nodiscard]] QByteArray writeCatalogue(const Catalogue& catalogue);

[[nodiscard]] const Catalogue& builtInCatalogue();

// The model of this name; null if there is none.
[[nodiscard]] const RemoteModel* findModel(const Catalogue& catalogue, const QString& name);

// The model at an address that somebody pasted: the catalogue's own if it has it, else one of which nothing
// is known but the name; `.pth` files need the World vocabulary. The error is one sentence.
[[nodiscard]] tl::expected<RemoteModel, QString> modelAt(const QString& address, const Catalogue& catalogue);

// A name that a file can have in any folder, and that leads nowhere else.
[[nodiscard]] bool isPlainFileName(const QString& name);
// A plain name with the ending of a model file.
[[nodiscard]] bool isModelFileName(const QString& name);
// http or https, with a host and without a password in it.
[[nodiscard]] bool isUsableAddress(const QUrl& address);
[[nodiscard]] QString noAddress(); // what to say of one that is not

} // namespace app
