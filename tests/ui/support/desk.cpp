#include "tests/ui/support/desk.h"

#include "ui/editor/story_editor.h"

#include <QApplication>
#include <QTest>
#include <QTextDocument>

namespace test {

namespace {

constexpr int kPatienceMs = 20'000;

} // namespace

app::AppContext contextOf(app::AppParts& parts, app::ModelCatalog& models) {
    return {parts.document, parts.project,     parts.writer, parts.assistant, parts.runs,   parts.reading,
            models,         parts.preferences, parts.voice,  parts.spelling,  parts.library};
}

Desk::Desk(const QString& text, const app::ScriptedGenerator::Script& script)
    : parts(folder.path(), script)
    , models(folder.filePath(QStringLiteral("voices")))
    , context(contextOf(parts, models)) {
    parts.preferences.markStarted();
    setLength(8);
    window = std::make_unique<ui::MainWindow>(context);
    window->resize(1200, 800);
    window->show();
    if (!parts.start()) {
        qFatal("the project did not open");
    }
    if (!text.isEmpty()) {
        // Typed, so that the project's file has it; then as if it had been there, with nothing to undo.
        parts.document.applyUserEdit(0, 0, text);
        parts.document.reset(app::SpannedText(text, app::Origin::Typed));
    }
    QApplication::setActiveWindow(window.get());
    window->editor().setFocus();
    if (!QTest::qWaitForWindowActive(window.get())) {
        qFatal("the window did not become active");
    }
}

Desk::~Desk() { window.reset(); }

void Desk::setLength(int tokens) {
    app::GenerationOptions options = parts.writer.options();
    options.maxTokens = tokens;
    parts.writer.setOptions(options);
}

bool Desk::waitForIdle() {
    return QTest::qWaitFor([this] { return parts.writer.activity() == app::StoryWriter::Activity::Idle; },
                           kPatienceMs);
}

bool Desk::continueStory() {
    QTest::keyClick(&window->editor(), Qt::Key_Return, Qt::ControlModifier);
    return waitForIdle();
}

QString Desk::said(quint64 seed, int tokens, app::Side side) {
    const QStringList words = app::ScriptedGenerator::Script().words.split(u' ', Qt::SkipEmptyParts);
    QString text;
    for (int token = 0; token < tokens; ++token) {
        const auto own = side == app::Side::Second && token >= 2 ? 3 : 0;
        text += u' ' + words[(token + own + static_cast<qsizetype>(seed % 5)) % words.size()];
    }
    return text;
}

QString Desk::page() const {
    return window->editor().document()->toRawText().replace(QChar::ParagraphSeparator, u'\n');
}

} // namespace test
