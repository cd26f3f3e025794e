#include "ui/exchange/story_export.h"

#include "app/document/document.h"
#include "app/exchange/story/story_text.h"
#include "app/exchange/story_files.h"
#include "app/files/file_path.h"
#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "ui/exchange/details_dialog.h"
#include "ui/exchange/story_pages.h"
#include "ui/theme/typography.h"

#include <QBuffer>
#include <QDateTime>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QPdfWriter>
#include <QPrintDialog>
#include <QPrinter>

#include <utility>

namespace ui {

namespace {

using app::StoryFormat;

constexpr qsizetype kLongestName = 80;
constexpr double kPrintedSize = 11; // points
constexpr double kMarginMm = 25;

QString describe(StoryFormat format) {
    switch (format) {
    case StoryFormat::PlainText: return StoryExport::tr("Plain text, as written");
    case StoryFormat::Markdown: return StoryExport::tr("Markdown");
    case StoryFormat::Docx: return StoryExport::tr("Word document");
    case StoryFormat::Odt: return StoryExport::tr("OpenDocument text");
    case StoryFormat::Epub: return StoryExport::tr("E-book");
    case StoryFormat::Html: return StoryExport::tr("Web page");
    case StoryFormat::Pdf: break;
    }
    return StoryExport::tr("PDF");
}

QString patternsOf(StoryFormat format) {
    QStringList patterns;
    for (const QString& ending : app::endingsOf(format))
        patterns.append(QStringLiteral("*.") + ending);
    return patterns.join(u' ');
}

QString filterOf(StoryFormat format) {
    return QStringLiteral("%1 (%2)").arg(describe(format), patternsOf(format));
}

StoryFormat formatOfFilter(const QString& filter) {
    for (const StoryFormat format : app::allStoryFormats())
        if (filter == filterOf(format))
            return format;
    return StoryFormat::PlainText;
}

QPageSize pageSize() {
    return QPageSize(QLocale().measurementSystem() == QLocale::ImperialUSSystem ? QPageSize::Letter
                                                                                : QPageSize::A4);
}

// A PDF in memory, which becomes a file only when it is whole.
struct OpenBuffer {
    OpenBuffer() { buffer.open(QIODevice::WriteOnly); }
    QBuffer buffer;
};

// The buffer is a base, so that it is there before the writer and after it.
class PdfInMemory : private OpenBuffer, public QPdfWriter {
public:
    PdfInMemory()
        : QPdfWriter(&buffer) {}
    [[nodiscard]] const QByteArray& bytes() const { return buffer.data(); }
};

QString outOfMemory(const QString& path) {
    return StoryExport::tr("There is not enough memory to make “%1”. Close other programs and try again.")
        .arg(app::readableName(path));
}

// Takes another filter's ending in the place of the one that the name has.
void followFilter(QFileDialog& dialog, StoryFormat format) {
    const QString ending = app::endingsOf(format).first();
    dialog.setDefaultSuffix(ending);
    auto* const name = dialog.findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
    if (name != nullptr && app::formatOfFile(name->text()))
        name->setText(name->text().section(u'.', 0, -2) + u'.' + ending);
}

} // namespace

QString fileNameOf(const QString& title) {
    QString name;
    for (const QChar unit : title) {
        // Behind a dot, file dialogs see an ending.
        const bool isLeftOut = unit.unicode() < 0x20 || QStringView(u"/\\:*?\"<>|.…").contains(unit);
        name += isLeftOut ? QChar(u' ') : unit;
    }
    name = name.simplified();
    return name.size() <= kLongestName ? name : name.first(kLongestName).trimmed();
}

QString importFilter() {
    QStringList patterns;
    for (const StoryFormat format : app::allStoryFormats())
        if (format != StoryFormat::Pdf)
            patterns.append(patternsOf(format));
    return StoryExport::tr("Texts and documents (%1)").arg(patterns.join(u' '));
}

StoryExport::StoryExport(const app::AppContext& context, QWidget& window)
    : QObject(&window)
    , m_context(context)
    , m_window(window) {}

void StoryExport::askForFile() {
    QStringList filters;
    for (const StoryFormat format : app::allStoryFormats())
        filters.append(filterOf(format));
    auto* const dialog = new QFileDialog(&m_window, tr("Export the text"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setNameFilters(filters);
    dialog->setDefaultSuffix(app::endingsOf(StoryFormat::PlainText).first());
    if (!m_context.project.isUntitled())
        dialog->setDirectory(QFileInfo(m_context.project.path()).absolutePath());
    dialog->selectFile(fileNameOf(m_context.project.title()));
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog](const QString& filter) { followFilter(*dialog, formatOfFilter(filter)); });
    connect(dialog, &QFileDialog::fileSelected, this, [this, dialog](const QString& path) {
        chosen(path, formatOfFilter(dialog->selectedNameFilter()));
    });
    dialog->open();
    if (auto* const name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))) {
        name->setFocus();
        name->selectAll();
    }
}

void StoryExport::chosen(const QString& path, StoryFormat filtered) {
    if (const auto format = app::formatOfFile(path)) {
        write(path, *format);
        return;
    }
    // The dialog has asked about `path`, not about the name with its ending.
    const QString whole = path + u'.' + app::endingsOf(filtered).first();
    if (!QFileInfo::exists(whole)) {
        write(whole, filtered);
        return;
    }
    auto* const question = new QMessageBox(
        QMessageBox::Question, tr("Export the text"),
        tr("%1 is there already. Replace it?").arg(QFileInfo(app::readablePath(whole)).fileName()),
        QMessageBox::Yes | QMessageBox::No, &m_window);
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(question, &QDialog::finished, this, [this, whole, filtered](int answer) {
        if (answer == QMessageBox::Yes)
            write(whole, filtered);
    });
    question->open();
}

QString StoryExport::storyKey() const {
    const app::ProjectController& project = m_context.project;
    return project.isUntitled() ? project.title() : app::readablePath(project.path());
}

app::StoryDetails StoryExport::proposedDetails() const {
    const app::StoryDetails& imported = m_context.project.importedDetails();
    app::StoryDetails details = m_context.preferences.exportDetails(storyKey());
    if (details.title.isEmpty())
        details.title = imported.title.isEmpty() ? m_context.project.title() : imported.title;
    if (!imported.author.isEmpty())
        details.author = imported.author;
    if (imported.language.size() > 1) // "C" is what programs say that know none
        details.language = imported.language;
    return details;
}

void StoryExport::write(const QString& path, StoryFormat format) {
    if (!app::hasDetails(format)) {
        send(path, format, {});
        return;
    }
    auto* const dialog = new DetailsDialog(proposedDetails(), tr("Export"), &m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, path, format] {
        m_context.preferences.setExportDetails(storyKey(), dialog->details());
        send(path, format, dialog->details());
    });
    dialog->open();
}

QFont StoryExport::pageFont() const {
    QFont font = typographyFor(m_context.preferences.appearance()).font;
    font.setPointSizeF(kPrintedSize);
    return font;
}

void StoryExport::tell(ExportJob::Outcome outcome, const QString& problem,
                       const std::function<void()>& done) {
    switch (outcome) {
    case ExportJob::Outcome::Complete: done(); break;
    case ExportJob::Outcome::Stopped: emit stopped(); break;
    case ExportJob::Outcome::Failed: emit failed(problem); break;
    }
}

void StoryExport::send(const QString& path, StoryFormat format, const app::StoryDetails& details) {
    if (format == StoryFormat::Pdf) {
        sendPdf(path, details);
        return;
    }
    const auto bytes = std::make_shared<QByteArray>();
    const auto work = [bytes, format, details,
                       text = m_context.document.text()](const app::WriteProgress& progress) {
        auto written = app::writeStoryFile(format, text, details, QDateTime::currentDateTimeUtc(), progress);
        if (written)
            *bytes = std::move(*written);
        return written.has_value();
    };
    (new ExportJob(m_window))
        ->start(tr("Export"), tr("Writing “%1”…").arg(app::readableName(path)), work,
                [this, path, bytes](ExportJob::Outcome outcome) {
                    tell(outcome, outOfMemory(path), [&] { m_context.project.exportBytes(path, *bytes); });
                });
}

void StoryExport::paint(const std::shared_ptr<QPagedPaintDevice>& device, const app::StoryDetails& details,
                        const QString& problem, const std::function<void()>& done) {
    const auto work = [device, details, font = pageFont(),
                       text = m_context.document.text()](const app::WriteProgress& progress) {
        app::FormattedStory story = app::readStoryText(text);
        story.details = details;
        return paintStory(*device, story, font, progress);
    };
    (new ExportJob(m_window))
        ->start(tr("Pages"), tr("Laying out the pages…"), work,
                [this, problem, done](ExportJob::Outcome outcome) { tell(outcome, problem, done); });
}

void StoryExport::sendPdf(const QString& path, const app::StoryDetails& details) {
    const auto pdf = std::make_shared<PdfInMemory>();
    pdf->setPageSize(pageSize());
    pdf->setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm), QPageLayout::Millimeter);
    pdf->setResolution(600);
    pdf->setTitle(details.title);
    pdf->setCreator(QStringLiteral("Inkgate"));
    paint(pdf, details, outOfMemory(path),
          [this, path, pdf] { m_context.project.exportBytes(path, pdf->bytes()); });
}

void StoryExport::askForPrinter() {
    const auto printer = std::make_shared<QPrinter>(QPrinter::HighResolution);
    printer->setDocName(m_context.project.title());
    printer->setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm), QPageLayout::Millimeter);
    auto* const dialog = new QPrintDialog(printer.get(), &m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // The whole story is set; a part of it cannot be chosen.
    dialog->setOptions(QAbstractPrintDialog::PrintToFile | QAbstractPrintDialog::PrintShowPageSize);
    connect(dialog, &QDialog::finished, this, [this, printer](int answer) {
        if (answer == QDialog::Accepted)
            paint(printer, {}, tr("The printer took no more pages. Check it and print again."), [] {});
    });
    dialog->open();
}

} // namespace ui
