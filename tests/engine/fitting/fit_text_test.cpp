// The last tenth of a text is held out, from a paragraph on; what is too short is refused.
#include "engine/fitting/fit_text.h"

#include <QTest>

using namespace engine;

class FitTextTest : public QObject {
    Q_OBJECT

private slots:
    void theLastTenthBeginsWithAParagraph() {
        const std::string paragraph = "It was a dark night.\n\n"; // 22 bytes
        std::string text;
        for (int i = 0; i < 1000; ++i)
            text += paragraph;
        const auto split = splitForFitting(std::vector{text}, *m_bytes);
        QVERIFY(split.has_value());
        QCOMPARE(split->separator, m_bytes->documentSeparator());
        QCOMPARE(split->tokens.front(), split->separator);
        QCOMPARE(split->tokens.size(), text.size() + 1);
        QCOMPARE(split->learnedBytes + split->heldOutBytes, text.size());
        QCOMPARE(split->learnedBytes % paragraph.size(), 0u);
        QCOMPARE(split->heldOutBytes, 2200u - paragraph.size()); // the first whole one behind nine tenths
        QCOMPARE(split->heldOutFrom, split->learnedBytes + 1);
    }

    void documentsBeginWithASeparator() {
        const std::vector<std::string> documents = {std::string(9000, 'a'), "",
                                                    std::string(3000, 'b') + "\nend", std::string(500, 'c')};
        const auto split = splitForFitting(documents, *m_bytes);
        QVERIFY(split.has_value());
        QCOMPARE(split->tokens.size(), 9000u + 3004u + 500u + 3u);
        QCOMPARE(split->tokens[9001], split->separator);
        QCOMPARE(std::string(split->tokens.begin() + static_cast<long>(split->heldOutFrom),
                             split->tokens.begin() + static_cast<long>(split->heldOutFrom) + 3),
                 std::string("end"));
        QCOMPARE(split->heldOutBytes, 503u);
    }

    void aTextMayHoldSeveralDocuments() {
        const std::string two = std::string(9000, 'a') + "\n\f\n" + std::string(3000, 'b');
        const auto together = splitForFitting(std::vector{two}, *m_bytes);
        const auto apart =
            splitForFitting(std::vector{std::string(9000, 'a') + "\n", std::string(3000, 'b')}, *m_bytes);
        QVERIFY(together.has_value() && apart.has_value());
        QCOMPARE(together->tokens, apart->tokens);
        QCOMPARE(together->heldOutFrom, apart->heldOutFrom);
    }

    void textsWithoutBreaksAreDivided_data() {
        QTest::addColumn<QByteArray>("piece");
        QTest::newRow("words") << QByteArray("abc ");
        QTest::newRow("one word") << QByteArray("abcd");
        QTest::newRow("characters of three bytes") << QByteArray("\xE6\x96\x87");
    }
    void textsWithoutBreaksAreDivided() {
        QFETCH(QByteArray, piece);
        std::string text;
        while (text.size() < 20'000)
            text += piece.toStdString();
        const auto split = splitForFitting(std::vector{text}, *m_bytes);
        QVERIFY2(split.has_value(), split ? "" : split.error().message.c_str());
        QVERIFY(split->heldOutBytes > 1990 && split->heldOutBytes < 2010);
    }

    void tooLittleIsRefused_data() {
        QTest::addColumn<int>("bytes");
        for (const int bytes : {0, 1, 200, 9999})
            QTest::addRow("%d bytes", bytes) << bytes;
    }
    void tooLittleIsRefused() {
        QFETCH(int, bytes);
        const auto split =
            splitForFitting(std::vector{std::string(static_cast<std::size_t>(bytes), 'x')}, *m_bytes);
        QVERIFY(!split.has_value());
        QCOMPARE(split.error().code, ErrorCode::InvalidArgument);
        QVERIFY(split.error().message.find(std::to_string(bytes) + " bytes") != std::string::npos);
        QVERIFY(!splitForFitting({}, *m_bytes).has_value());
    }

private:
    std::unique_ptr<const Tokenizer> m_bytes = makeByteTokenizer();
};

QTEST_GUILESS_MAIN(FitTextTest)
#include "fit_text_test.moc"
