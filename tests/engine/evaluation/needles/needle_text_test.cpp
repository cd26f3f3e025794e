// Texts with needles: their length is exact, what is hidden is what is asked for, and it stands where it
// should.
#include "engine/evaluation/needles/needle_text.h"

#include <QRegularExpression>
#include <QTest>

using namespace engine;

class NeedleTextTest : public QObject {
    Q_OBJECT

private:
    const std::unique_ptr<const Tokenizer> m_tokenizer = makeByteTokenizer();
    const std::string m_source = [] {
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += "The ferryman said nothing; h\u00e9 looked at the ri\u0301ver and rowed on, " +
                    std::string(static_cast<std::size_t>(1 + i * 7 % 13), 'o') + ".\n";
        return text;
    }();

    NeedleText make(const NeedleSettings& settings, std::vector<double> depths, std::uint64_t seed) const {
        Random random(seed);
        auto text = makeNeedleText(settings, depths, m_source, *m_tokenizer, random);
        if (!text)
            qFatal("%s", text.error().message.c_str());
        return std::move(*text);
    }

private slots:
    void kinds_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("answer");
        QTest::newRow("passkey") << int(NeedleKind::Passkey) << "^ [1-9][0-9]{4}$";
        QTest::newRow("number") << int(NeedleKind::Number) << "^ [1-9][0-9]{6}$";
        QTest::newRow("uuid") << int(NeedleKind::Uuid)
                              << "^ [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$";
    }
    void kinds() {
        QFETCH(int, kind);
        QFETCH(QString, answer);
        for (const double depth : {0.0, 0.4, 1.0})
            for (const int tokens : {400, 1024, 4096}) {
                const NeedleText text = make({NeedleKind(kind), 1, tokens}, {depth}, 3);
                QCOMPARE(text.pieces.size(), std::size_t(2));
                const QString before = QString::fromStdString(text.pieces[0].text),
                              key = QString::fromStdString(text.pieces[1].text);
                QVERIFY2(QRegularExpression(answer).match(key).hasMatch(), qPrintable(key));
                QCOMPARE(int(m_tokenizer->encode(text.text())->size()) + 1, tokens);
                // It stands in the text before it is asked for, at its depth.
                const qsizetype at = before.indexOf(key);
                QVERIFY(at >= 0);
                const qsizetype begin = before.lastIndexOf("The ", at), end = before.lastIndexOf('\n');
                if (depth == 0.0)
                    QVERIFY(begin < 150);
                else
                    QVERIFY(std::abs(double(begin) / double(end) - depth) < 0.3 * 1024 / tokens + 0.05);
                QVERIFY(text.pieces[0].text.front() != '\n');
            }
    }

    void markedTextSaysWhatAnswersAre() {
        const NeedleText text = make({NeedleKind::Number, 4, 2048}, {0.9, 0.1, 0.5, 0.5}, 5);
        QCOMPARE(text.pieces.size(), std::size_t(8));
        std::string marked = text.markedText();
        QCOMPARE(std::ranges::count(marked, '\2'), std::ptrdiff_t(4));
        for (const NeedleText::Piece& piece : text.pieces)
            if (piece.isAnswer) {
                const std::size_t at = marked.find("\2" + piece.text + "\3");
                QVERIFY(at != std::string::npos);
                // The name in the question is the name beside the value.
                const std::size_t question = marked.rfind("The special", at);
                const std::string asked = marked.substr(question, at - question) + piece.text;
                QVERIFY2(marked.find(asked) < question, asked.c_str());
            }
        std::erase_if(marked, [](char c) { return c == '\2' || c == '\3'; });
        QCOMPARE(marked, text.text());
    }

    void equalSeedsGiveEqualTexts() {
        const auto settings = NeedleSettings{NeedleKind::Uuid, 2, 1500};
        QCOMPARE(make(settings, {0.2, 0.7}, 8).text(), make(settings, {0.2, 0.7}, 8).text());
        QVERIFY(make(settings, {0.2, 0.7}, 8).text() != make(settings, {0.2, 0.7}, 9).text());
    }

    void controlCharactersDoNotGetIn() {
        const auto source = haystackSource(std::string("One\f two\2 three\3\tfour\n"));
        QVERIFY(source.has_value());
        QCOMPARE(*source, std::string("One  two  three  four"));
        QVERIFY(!haystackSource("\n\n \n").has_value());
    }

    void whatCannotBeMadeIsSaid() {
        Random random(1);
        const double depths[] = {0.1, 0.2};
        const auto small =
            makeNeedleText({NeedleKind::Number, 2, 100}, depths, m_source, *m_tokenizer, random);
        QVERIFY(!small.has_value() && small.error().message.find("more than 100") != std::string::npos);
        const auto two =
            makeNeedleText({NeedleKind::Passkey, 2, 1000}, depths, m_source, *m_tokenizer, random);
        QVERIFY(!two.has_value() && two.error().message.find("one pass key") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(NeedleTextTest)
#include "needle_text_test.moc"
