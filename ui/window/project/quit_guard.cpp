#include "ui/window/project/quit_guard.h"

#include "app/project/project_controller.h"

#include <QAbstractButton>
#include <QMessageBox>
#include <QPushButton>
#include <QWidget>

#include <utility>

namespace ui {

QuitGuard::QuitGuard(app::ProjectController& project, QWidget& window, std::function<void()> saveAs)
    : QObject(&window)
    , m_project(project)
    , m_window(window)
    , m_saveAs(std::move(saveAs)) {
    connect(&m_project, &app::ProjectController::secured, this,
            [this](bool isSecured, const QString& problem) {
                if (!std::exchange(m_isSecuring, false)) {
                    return; // somebody else asked
                }
                if (isSecured) {
                    letGo();
                } else {
                    ask(problem);
                }
            });
}

bool QuitGuard::mayClose() {
    if (m_isSecured || !m_project.isOpen()) {
        return true;
    }
    if (!std::exchange(m_isSecuring, true)) {
        m_project.secure();
    }
    return false;
}

void QuitGuard::letGo() {
    m_isSecured = true;
    m_window.close();
    m_isSecured = false; // something else may have kept it open
}

void QuitGuard::ask(const QString& problem) {
    auto* const box = new QMessageBox(QMessageBox::Warning, tr("Not saved"),
                                      tr("Your last words could not be written to any disk."),
                                      QMessageBox::NoButton, &m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(problem + u' ' + tr("Save the story in another place, or quit and lose them."));
    const QAbstractButton* const save = box->addButton(tr("Save &as…"), QMessageBox::AcceptRole);
    const QAbstractButton* const quit =
        box->addButton(tr("&Quit and lose them"), QMessageBox::DestructiveRole);
    QPushButton* const stay = box->addButton(tr("Go on &writing"), QMessageBox::RejectRole);
    box->setDefaultButton(stay);
    box->setEscapeButton(stay);
    connect(box, &QMessageBox::buttonClicked, this, [this, save, quit](QAbstractButton* button) {
        if (button == save) {
            m_saveAs();
        } else if (button == quit) {
            letGo();
        }
    });
    box->open();
}

} // namespace ui
