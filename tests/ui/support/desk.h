// desk.h: the application of tests/app with the window on top: a scripted generator, everything on disk in a
// temporary folder. Seeds count 1, 2, 3 ...
// Threads: the test's.
#pragma once

#include "app/app_context.h"
#include "app/models/model_catalog.h"
#include "tests/app/support/app_parts.h"
#include "ui/window/main_window.h"

#include <QTemporaryDir>

#include <memory>

namespace test {

// What main.cpp hands to the window.
[[nodiscard]] app::AppContext contextOf(app::AppParts& parts, app::ModelCatalog& models);

class Desk {
public:
    // Opens an untitled project holding `text`, shows the window and gives it the keys. Continuations are 8
    // tokens long.
    explicit Desk(const QString& text = {}, const app::ScriptedGenerator::Script& script = {});
    ~Desk();
    Q_DISABLE_COPY_MOVE(Desk)

    // Waits until the model is at rest.
    [[nodiscard]] bool waitForIdle();
    // Continues at the cursor and waits for the end.
    [[nodiscard]] bool continueStory();
    void setLength(int tokens);
    // What the scripted model says with this seed, when nothing stops it.
    [[nodiscard]] static QString said(quint64 seed, int tokens, app::Side side = app::Side::First);
    // The text as the page shows it.
    [[nodiscard]] QString page() const;

    QTemporaryDir folder;
    app::AppParts parts;
    app::ModelCatalog models;
    app::AppContext context;
    std::unique_ptr<ui::MainWindow> window;
};

} // namespace test
