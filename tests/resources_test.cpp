// What is compiled into the program: every icon can be drawn at the sizes it is used at, and the sample story
// has the form that a continuation joins on to.
#include <QDir>
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QSet>
#include <QSvgRenderer>
#include <QTest>

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Pixels that are not transparent.
int inkedPixels(const QImage& image) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += qAlpha(image.pixel(x, y)) > 127 ? 1 : 0;
    return count;
}

} // namespace

class ResourcesTest : public QObject {
    Q_OBJECT

private slots:
    void iconsAreDrawn_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("size");
        const QStringList icons = QDir(":/icons").entryList({"*.svg"});
        QVERIFY(icons.contains("inkgate.svg"));
        QCOMPARE(icons, QDir(INKGATE_SOURCE_DIR "/resources/icons").entryList({"*.svg"}));
        for (const QString& icon : icons)
            for (const int size : {16, 24, 256})
                QTest::addRow("%s at %d", qPrintable(icon), size) << ":/icons/" + icon << size;
    }

    void iconsAreDrawn() {
        QFETCH(QString, path);
        QFETCH(int, size);
        QSvgRenderer renderer(path);
        QVERIFY(renderer.isValid());
        QImage image(size, size, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        renderer.render(&painter);
        painter.end();
        const double inked = double(inkedPixels(image)) / (size * size);
        QVERIFY2(inked > 0.05 && inked < 0.95, qPrintable(QString("%1 of the icon is ink").arg(inked)));
    }

    void actionIconsHaveOneColour() {
        static const QRegularExpression kPaint("(?:fill|stroke)=\"([^\"]*)\"");
        for (const QString& icon : QDir(":/icons").entryList({"*.svg"})) {
            if (icon == "inkgate.svg")
                continue;
            auto paints = kPaint.globalMatch(QString::fromUtf8(contentOf(":/icons/" + icon)));
            QVERIFY2(paints.hasNext(), qPrintable(icon));
            while (paints.hasNext()) {
                const QString paint = paints.next().captured(1);
                QVERIFY2(paint == "#000" || paint == "none", qPrintable(icon + " uses " + paint));
            }
        }
    }

    void sampleStoryInvitesAContinuation() {
        const QString story = QString::fromUtf8(contentOf(":/sample_story.txt"));
        QVERIFY(story.split(QRegularExpression("\\s+")).size() > 200);
        QVERIFY2(story.back().isLetter(), "it ends in half a sentence, without a line break");
        QVERIFY2(!story.contains(QRegularExpression(
                     "[\\x{201c}\\x{201d}\\x{2018}\\x{2019}\\r\\t]|  |\\n\\n\\n|[^\\n]\\n[^\\n]")),
                 "straight quotes and one blank line between paragraphs, as in the corpus");
    }
};

QTEST_MAIN(ResourcesTest)
#include "resources_test.moc"
