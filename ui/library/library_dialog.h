// library_dialog.h: "Get models": the models of the catalogue with what they would need and do here, and
// their downloads. Stays open beside the story; closing it leaves downloads running.
// Threads: GUI thread only.
#pragma once

#include "app/library/model_library.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTreeView;

namespace ui {

class LibrarySearch;
class LibraryTable;
struct LibraryRow;

class LibraryDialog : public QDialog {
    Q_OBJECT

public:
    explicit LibraryDialog(app::ModelLibrary& library, QWidget* parent = nullptr);

    void open() override;
    void select(const QString& name);

signals:
    // The writer wants to write with a model that is here; its file.
    void modelWanted(const QString& path);

private:
    void build();
    QWidget* buildDetails();
    void connectParts();
    void showRow(const LibraryRow* row);
    void refresh();
    void act();
    void askToRemove();
    void askForAddress(const QString& title, const QString& label,
                       const std::function<void(const QString&)>& then);
    void getPasted(const QString& address);
    void askForCatalogueFile();
    void tellCatalogue();
    void say(const QString& note);
    [[nodiscard]] const LibraryRow* selected() const;

    app::ModelLibrary& m_library;
    LibraryTable* m_table;
    LibrarySearch* m_rows;
    QLineEdit* m_search;
    QTreeView* m_list;
    QLabel* m_name;
    QLabel* m_goodFor;
    QProgressBar* m_bar;
    QLabel* m_status; // of the selected model
    QLabel* m_note;   // about the catalogue, an address, or removing
    QPushButton* m_paste;
    QPushButton* m_catalogue;
    QPushButton* m_act;
    QPushButton* m_remove;
};

} // namespace ui
