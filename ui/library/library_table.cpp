#include "ui/library/library_table.h"

#include "ui/library/library_words.h"

#include <algorithm>

namespace ui {

LibraryTable::LibraryTable(app::ModelLibrary& library, QObject* parent)
    : QAbstractTableModel(parent)
    , m_library(library) {
    connect(&m_library, &app::ModelLibrary::catalogueChanged, this, &LibraryTable::fill);
    connect(&m_library, &app::ModelLibrary::measured, this, [this] {
        for (LibraryRow& row : m_rows)
            row.estimate = estimateOf(row.model, m_library.machine());
        if (!m_rows.isEmpty())
            emit dataChanged(index(0, Memory), index(int(m_rows.size()) - 1, Speed));
    });
    connect(&m_library, &app::ModelLibrary::changed, this, &LibraryTable::take);
    connect(&m_library, &app::ModelLibrary::removed, this, &LibraryTable::drop);
    fill();
}

void LibraryTable::fill() {
    beginResetModel();
    m_rows.clear();
    for (const app::RemoteModel& model : m_library.catalogue().models)
        m_rows.append({model, m_library.status(model.file.name), estimateOf(model, m_library.machine())});
    endResetModel();
    for (const app::DownloadStatus& status : m_library.statuses())
        take(status);
}

void LibraryTable::take(const app::DownloadStatus& status) {
    const int at = rowOf(status.name);
    if (at >= 0) {
        m_rows[at].status = status;
        emit dataChanged(index(at, 0), index(at, ColumnCount - 1));
        return;
    }
    LibraryRow row;
    row.model.file.name = status.name;
    row.model.file.bytes = status.total;
    row.status = status;
    row.estimate = estimateOf(row.model, m_library.machine());
    beginInsertRows({}, int(m_rows.size()), int(m_rows.size()));
    m_rows.append(row);
    endInsertRows();
}

void LibraryTable::drop(const QString& name) {
    const int at = rowOf(name);
    if (at < 0)
        return;
    m_rows[at].status.reset();
    if (findModel(m_library.catalogue(), name)) {
        emit dataChanged(index(at, 0), index(at, ColumnCount - 1));
        return;
    }
    beginRemoveRows({}, at, at);
    m_rows.removeAt(at);
    endRemoveRows();
}

const LibraryRow* LibraryTable::row(int index) const {
    return index >= 0 && index < m_rows.size() ? &m_rows[index] : nullptr;
}

int LibraryTable::rowOf(const QString& name) const {
    const auto found =
        std::ranges::find_if(m_rows, [&name](const LibraryRow& row) { return row.name() == name; });
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

int LibraryTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int LibraryTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString LibraryTable::text(const LibraryRow& row, int column) const {
    switch (column) {
    case Name: return row.name();
    case Size: return sizeWords(row.model.file.bytes);
    case Memory: return memoryWords(row.estimate);
    case Speed: return speedWords(row.estimate, m_library.machine().freeBytes >= 0);
    case Languages: return languageWords(row.model.languages);
    case State: return row.status ? stateWords(*row.status) : QString();
    default: return {};
    }
}

QVariant LibraryTable::sortKey(const LibraryRow& row, int column) {
    switch (column) {
    case Size: return row.model.file.bytes;
    case Memory: return row.estimate.memoryBytes;
    case Speed: return row.estimate.tokensPerSecond;
    case State: return row.status ? 1 + int(row.status->state) : 0;
    case Languages: return languageWords(row.model.languages);
    default: return row.name().toLower();
    }
}

QVariant LibraryTable::data(const QModelIndex& index, int role) const {
    const LibraryRow* const row = this->row(index.row());
    if (!row)
        return {};
    switch (role) {
    case Qt::DisplayRole: return text(*row, index.column());
    case Qt::ToolTipRole:
        return index.column() == Name ? row->model.goodFor
               : row->status          ? progressWords(*row->status)
                                      : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == Size ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case kSortRole: return sortKey(*row, index.column());
    case kSearchRole:
        return QStringList{row->name(), row->model.architecture, row->model.goodFor,
                           languageWords(row->model.languages), row->model.languages.join(u' ')}
            .join(u' ');
    default: return {};
    }
}

QVariant LibraryTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    const QString names[] = {tr("Model"),       tr("Size"),      tr("Memory here"),
                             tr("Tokens here"), tr("Languages"), tr("State")};
    const QString tips[] = {
        tr("The name of its file"),
        tr("To download, and on the disk"),
        tr("What it needs, and whether as much is free on this computer now"),
        tr("How many tokens a second to expect on this computer’s processor: what a token reads "
           "of the model, and how fast this memory is read. Three tokens are some two words."),
        {},
        {}};
    if (role == Qt::DisplayRole)
        return names[section];
    if (role == Qt::ToolTipRole)
        return tips[section];
    if (role == Qt::TextAlignmentRole)
        return QVariant((section == Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

LibrarySearch::LibrarySearch(QObject* parent)
    : QSortFilterProxyModel(parent) {
    setSortRole(LibraryTable::kSortRole);
    setSortLocaleAware(true);
}

void LibrarySearch::setWords(const QString& text) {
    m_words = text.simplified().split(u' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

bool LibrarySearch::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QString text = sourceModel()->index(row, 0, parent).data(LibraryTable::kSearchRole).toString();
    return std::ranges::all_of(
        m_words, [&text](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace ui
