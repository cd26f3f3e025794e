// library_table.h: the rows of the model library: the models of the catalogue, then others that are here or
// on their way.
// Threads: GUI thread only.
#pragma once

#include "app/library/estimate.h"
#include "app/library/model_library.h"

#include <QAbstractTableModel>
#include <QList>
#include <QSortFilterProxyModel>

#include <optional>

namespace ui {

struct LibraryRow {
    app::RemoteModel model;
    std::optional<app::DownloadStatus> status; // nothing of it is here
    app::ModelEstimate estimate;

    [[nodiscard]] const QString& name() const { return model.file.name; }
};

class LibraryTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Size, Memory, Speed, Languages, State, ColumnCount };
    static constexpr int kSortRole = Qt::UserRole;
    static constexpr int kSearchRole = Qt::UserRole + 1; // all that can be looked for

    explicit LibraryTable(app::ModelLibrary& library, QObject* parent = nullptr);

    [[nodiscard]] const LibraryRow* row(int index) const; // null if there is none
    [[nodiscard]] int rowOf(const QString& name) const;   // -1

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void fill();
    void take(const app::DownloadStatus& status);
    void drop(const QString& name);
    [[nodiscard]] QString text(const LibraryRow& row, int column) const;
    [[nodiscard]] static QVariant sortKey(const LibraryRow& row, int column);

    app::ModelLibrary& m_library;
    QList<LibraryRow> m_rows;
};

// Rows in which each word of the search is found.
class LibrarySearch : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit LibrarySearch(QObject* parent = nullptr);

    void setWords(const QString& text);

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QStringList m_words;
};

} // namespace ui
