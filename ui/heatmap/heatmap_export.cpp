// The heatmap dock's context menu: a branch at a token; the picture and its numbers as files.
#include "ui/heatmap/heatmap_dock.h"

#include "ui/heatmap/heatmap_words.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QSaveFile>

#include <algorithm>

namespace ui {

void HeatmapDock::showMenu(const QPoint& position) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const auto cell = m_plot->cellAt(position)) {
        const QString token = m_grid.tokenText(cell->column).replace(u'&', QStringLiteral("&&"));
        menu->addAction(tr("&Branch behind “%1”").arg(token), this,
                        [this, place = app::RunHistory::TokenPlace{m_grid.run(), cell->column}] {
                            emit branchWanted(place);
                        });
        menu->addSeparator();
    }
    menu->addAction(tr("Save picture as P&NG…"), this,
                    [this] { exportAs(QStringLiteral("png"), tr("PNG pictures (*.png)")); });
    menu->addAction(tr("Save picture as P&DF…"), this,
                    [this] { exportAs(QStringLiteral("pdf"), tr("PDF documents (*.pdf)")); });
    menu->addAction(tr("Save picture as S&VG…"), this,
                    [this] { exportAs(QStringLiteral("svg"), tr("SVG pictures (*.svg)")); });
    menu->addAction(tr("Save numbers as &CSV…"), this,
                    [this] { exportAs(QStringLiteral("csv"), tr("Comma-separated values (*.csv)")); });
    menu->popup(m_plot->mapToGlobal(position));
}

void HeatmapDock::exportAs(const QString& suffix, const QString& filter) {
    auto* dialog = new QFileDialog(this, tr("Save the heatmap"), QString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, &HeatmapDock::write);
    dialog->open();
}

void HeatmapDock::write(const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    if (suffix == QLatin1String("pdf") || suffix == QLatin1String("png") || suffix == QLatin1String("svg")) {
        tellIfFailed(m_plot->savePicture(path, captionOf()), path);
    } else {
        // A layer's channels over a long run are millions of numbers.
        m_pool.start([this, path, table = tableOf(m_grid)] {
            QSaveFile file(path);
            const bool isWritten =
                file.open(QIODevice::WriteOnly) && file.write(toCsv(table)) >= 0 && file.commit();
            QMetaObject::invokeMethod(this, [this, isWritten, path] { tellIfFailed(isWritten, path); });
        });
    }
}

QString HeatmapDock::captionOf() const {
    const QString shown = m_grid.layer() ? tr("channels of layer %1").arg(m_grid.layerName(*m_grid.layer()))
                                         : nameOf(m_grid.statistic()).toLower();
    return tr("%1\nGates at tokens %2 to %3: %4")
        .arg(labelOf(m_runs.run(m_grid.run())))
        .arg(m_plot->firstColumn())
        .arg(std::max(m_plot->firstColumn(),
                      std::min(m_grid.columns(), m_plot->firstColumn() + m_plot->columnsInSight()) - 1))
        .arg(shown);
}

void HeatmapDock::tellIfFailed(bool isWritten, const QString& path) {
    if (!isWritten) {
        emit failed(tr("The heatmap could not be saved. Choose another folder or make space on the disk."),
                    path);
    }
}

} // namespace ui
