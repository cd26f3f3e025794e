// details_dialog.h: asks for title, author and language, for formats that have a place for them.
// Threads: GUI thread only.
#pragma once

#include "app/exchange/story/formatted_story.h"

#include <QDialog>

class QComboBox;
class QLineEdit;

namespace ui {

class DetailsDialog : public QDialog {
    Q_OBJECT

public:
    // `acceptText`: of the button that goes on.
    DetailsDialog(const app::StoryDetails& details, const QString& acceptText, QWidget* parent);

    [[nodiscard]] app::StoryDetails details() const;

private:
    QLineEdit* m_title;
    QLineEdit* m_author;
    QComboBox* m_language;
};

} // namespace ui
