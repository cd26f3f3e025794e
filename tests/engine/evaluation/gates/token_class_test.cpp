// token_class_test.cpp: classes on texts whose classes anyone can say. A token is written as its text and,
// behind a stroke, a letter for its class.
#include "engine/evaluation/gates/token_class.h"

#include <QTest>

#include <string>

using namespace engine;

namespace {

// In the order of kTokenClasses: Paragraph break, Sentence end, Clause mark, Quotation mark, First mention,
// Later mention, Word start, Inside a word, Other.
constexpr std::string_view kLetters = "PSCQFLWIO";

struct Sample {
    std::string text;
    std::vector<std::size_t> bytes;
};

// "Once/W/ upon/W": tokens and their expected classes in turn.
QByteArray labelled(const QByteArray& sample) {
    const QList<QByteArray> parts = sample.split('/');
    Sample tokens;
    for (qsizetype i = 0; i + 1 < parts.size(); i += 2) {
        const QByteArray token = QByteArray(parts[i]).replace("\\n", "\n");
        tokens.text += token.toStdString();
        tokens.bytes.push_back(static_cast<std::size_t>(token.size()));
    }
    const auto labels = labelTokens(tokens.text, tokens.bytes);
    QByteArray result;
    for (std::size_t i = 0; i < labels.size(); ++i)
        result += (i > 0 ? "/" : "") + parts[static_cast<qsizetype>(2 * i)] + "/" +
                  kLetters[static_cast<std::size_t>(labels[i].tokenClass)];
    return result;
}

} // namespace

class TokenClassTest : public QObject {
    Q_OBJECT

private slots:
    void everyTokenHasItsClass_data() {
        QTest::addColumn<QByteArray>("sample");
        const auto row = [](const char* name, const char* sample) {
            QTest::newRow(name) << QByteArray(sample);
        };
        row("words and their insides", "On/W/ce/I/ up/W/on/I/ a/W/ time/W");
        row("space alone", "One/W/ /O/two/W");
        row("sentence ends", "One/W/./S/ Two/W/!/S/ Three/W/?/S");
        row("closing quote belongs to the end", "\"/Q/Stop/W/!/S/\"/S/ he/W/ said/W/./S");
        row("end and quote in one token", "\"/Q/Stop/W/!\"/S/ he/W/ said/W");
        row("curly quotes", "\u201c/Q/Stop/W/.\u201d/S/ He/W");
        row("clause marks", "one/W/,/C/ two/W/;/C/ three/W/:/C/ four/W/\u2014/C/five/W");
        row("clause mark and quote in one token", "\"/Q/One/W/,\"/C/ he/W/ said/W");
        row("quote before a word", "he/W/ said/W/ \"/Q/no/W/\"/Q");
        row("single quotes", "'/Q/No/W/,'/C/ he/W/ said/W");
        row("apostrophes are inside", "don/W/'/I/t/I/ boys/W/\u2019/Q/ isn/W/\u2019t/I");
        row("hyphens are inside", "well/W/-/I/known/I/ -/O");
        row("numbers", "1/W/,/I/234/I/./I/5/I/ at/W/ 10/W/:/I/30/I/./S");
        row("titles and initials", "said/W/ Mr/W/./O/ Jones/F/ and/W/ J/W/./O/ Smith/F/./S");
        row("a point before a small letter", "apples/W/,/C/ etc/W/./O/ and/W/ more/W/./S");
        row("ellipsis", "well/W/.../O/ perhaps/W/.../S/ No/W");
        row("entities", "Then/W/ Al/F/ice/I/ met/W/ Bob/F/./S/ Alice/L/ left/W/ Bob/L/'s/I/ house/W");
        row("a sentence's first word is none", "Alice/W/ came/W/./S/ Then/W/ Alice/F");
        row("nor a quoted sentence's", "he/W/ said/W/,/C/ \"/Q/Alice/W/ is/W/ here/W/.\"/S");
        row("nor one behind a line end", "one/W/\\n/P/Two/W");
        row("possessive is the same entity", "saw/W/ Alice's/F/ and/W/ Alice/L");
        row("capitals are emphasis", "in/W/ LONDON/W/ I/W/ saw/W/ A/W/ I'm/W");
        row("accents", "chez/W/ \u00c9lan/F/ et/W/ \u00c9lan/L/ \u00e9t/W/\u00e9/I");
        row("paragraph breaks", "one/W/./S/\\n\\n/P/Two/W/\\n/O/three/W/\\n/P/\\n/P/Four/W");
        row("break and end in one token", "one/W/.\\n\\n/P/Two/W");
        row("lines are paragraphs without blank lines", "one/W/./S/\\n/P/Two/W/./S");
        row("nothing but a break", "\\n\\n/P");
        row("brackets", "(/O/one/W/./S/)/S/ [/O/two/W");
        row("other scripts",
            "\u043e\u043d/W/ \u0432\u0438\u0434\u0435\u043b/W/ \u0410\u043d/F/\u043d\u0443/I");
    }
    void everyTokenHasItsClass() {
        QFETCH(QByteArray, sample);
        QCOMPARE(labelled(sample), sample);
    }

    void aCutCharacterIsOfItsWord() {
        // "Él" as three tokens, the first two of which are the bytes of É.
        const std::vector<std::size_t> bytes{2, 1, 1, 1};
        const auto labels = labelTokens("a \xC3\x89l", bytes);
        QCOMPARE(labels[1].tokenClass, TokenClass::FirstMention);
        QCOMPARE(labels[2].tokenClass, TokenClass::InsideWord);
        QCOMPARE(labels[3].tokenClass, TokenClass::InsideWord);
    }

    void paragraphsAreCounted() {
        const std::string text = "One.\n\nTwo\nlines.\n\n\nThree";
        const std::vector<std::size_t> bytes{3, 1, 2, 3, 1, 6, 1, 2, 5};
        std::vector<std::uint32_t> paragraphs;
        for (const TokenLabel& label : labelTokens(text, bytes))
            paragraphs.push_back(label.paragraph);
        QCOMPARE(paragraphs, (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 1, 1, 1, 2}));
    }

    void emptyTextsAndTokens() {
        QVERIFY(labelTokens("", {}).empty());
        const std::vector<std::size_t> bytes{0, 1, 0};
        const auto labels = labelTokens("a", bytes);
        QCOMPARE(labels[0].tokenClass, TokenClass::Other);
        QCOMPARE(labels[1].tokenClass, TokenClass::WordStart);
    }

    void namesDiffer() {
        QSet<QString> names;
        for (const TokenClass tokenClass : kTokenClasses)
            names.insert(QString::fromStdString(std::string(name(tokenClass))));
        QCOMPARE(names.size(), static_cast<qsizetype>(kTokenClasses.size()));
    }
};

QTEST_GUILESS_MAIN(TokenClassTest)
#include "token_class_test.moc"
