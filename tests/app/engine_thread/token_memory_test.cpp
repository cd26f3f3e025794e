// Remembered tokens are those of the whole text, whatever changes in it; a change in a novel costs little.
#include "app/engine_thread/token_memory.h"

#include "engine/core/random.h"
#include "tests/app/support/thread_clock.h"
#include "tests/engine/tokenizer/small_vocabulary.h"

#include <QTest>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <string>

using namespace app;
using engine::Random;
using engine::Tokenizer;

namespace {

constexpr int kNovelWords = 130'000;

// Counts what it is asked to tokenise.
class CountingTokenizer final : public Tokenizer {
public:
    explicit CountingTokenizer(std::unique_ptr<const Tokenizer> tokenizer)
        : m_tokenizer(std::move(tokenizer)) {}

    [[nodiscard]] engine::Expected<std::vector<int>> encode(std::string_view text) const override {
        m_bytes += text.size();
        return m_tokenizer->encode(text);
    }
    [[nodiscard]] bool restartsBetween(unsigned char before, unsigned char after) const override {
        return m_tokenizer->restartsBetween(before, after);
    }
    [[nodiscard]] std::string_view bytes(int token) const override { return m_tokenizer->bytes(token); }
    [[nodiscard]] int vocabularySize() const override { return m_tokenizer->vocabularySize(); }
    [[nodiscard]] int documentSeparator() const override { return m_tokenizer->documentSeparator(); }
    [[nodiscard]] std::span<const int> unsampledTokens() const override {
        return m_tokenizer->unsampledTokens();
    }
    [[nodiscard]] std::string_view kind() const override { return m_tokenizer->kind(); }

    // Since the last call.
    [[nodiscard]] std::size_t takeBytes() const { return std::exchange(m_bytes, 0); }

private:
    std::unique_ptr<const Tokenizer> m_tokenizer;
    mutable std::size_t m_bytes = 0;
};

// By themselves, one character after another.
QList<qsizetype> endsOfAll(const Tokenizer& tokenizer, const QString& text) {
    const std::string bytes = text.toUtf8().toStdString();
    const auto tokens = tokenizer.encode(bytes);
    QList<qsizetype> ends;
    std::size_t at = 0;
    qsizetype units = 0;
    for (const int token : *tokens) {
        for (const std::size_t end = at + tokenizer.bytes(token).size(); at < end; ++at) {
            const auto byte = static_cast<unsigned char>(bytes[at]);
            if (byte < 0x80 || byte >= 0xC0)
                units += byte >= 0xF0 ? 2 : 1;
        }
        ends.append(units);
    }
    return ends;
}

QString piece(Random& random) {
    const QStringList pieces = {QStringLiteral("\n"),
                                QStringLiteral("\n\n"),
                                QStringLiteral("\n\n\n"),
                                QStringLiteral("\r\n"),
                                QStringLiteral("\n "),
                                QStringLiteral("\n\t"),
                                QStringLiteral(" \n"),
                                QStringLiteral("\nThe"),
                                QStringLiteral("  "),
                                QStringLiteral("it's"),
                                QStringLiteral("caf\u00E9 \""),
                                QStringLiteral("\u4F60\u597D"),
                                QStringLiteral("\n\U0001F469\u200D\U0001F467"),
                                QStringLiteral("\u2581 x"),
                                QString(QChar(0xD83D)),
                                QString(QChar(0xDE00)),
                                QStringLiteral(".\n\n\u201CNo"),
                                QString(QChar(0))};
    if (random.below(3) == 0)
        return pieces[static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(pieces.size())))];
    const QStringList words = {QStringLiteral(" the"),   QStringLiteral(" ferry"), QStringLiteral("Then"),
                               QStringLiteral(" rang,"), QStringLiteral("s"),      QStringLiteral(".")};
    return words[static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(words.size())))];
}

QString randomText(Random& random, qsizetype atLeast) {
    QString text;
    while (text.size() < atLeast)
        text += piece(random);
    return text;
}

// Of some ten thousand different words: a tokenizer that remembers words has little of that.
QString novel() {
    Random random(5);
    const char* const syllables[] = {"fer", "ry", "bell", "ri",  "ver",  "wai", "ted", "whis", "per", "ing",
                                     "no",  "bo", "dy",   "lan", "tern", "gar", "den", "for",  "got", "ten"};
    QString text;
    for (int word = 0; word < kNovelWords; ++word) {
        for (std::uint64_t n = 1 + random.below(3); n > 0; --n)
            text += QLatin1String(syllables[random.below(std::size(syllables))]);
        text += word % 60 == 59 ? QStringLiteral(".\n\n") : QStringLiteral(" ");
    }
    return text;
}

} // namespace

class TokenMemoryTest : public QObject {
    Q_OBJECT

    std::map<std::string, std::unique_ptr<CountingTokenizer>> m_tokenizers;

    void addRows() {
        QTest::addColumn<QString>("kind");
        for (const auto& [kind, tokenizer] : m_tokenizers)
            QTest::newRow(kind.c_str()) << QString::fromStdString(kind);
    }
    const CountingTokenizer& tokenizer() {
        QFETCH(QString, kind);
        return *m_tokenizers.at(kind.toStdString());
    }
    void add(const char* name, engine::Expected<std::unique_ptr<const Tokenizer>> loaded) {
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        m_tokenizers[name] = std::make_unique<CountingTokenizer>(std::move(*loaded));
    }

private slots:
    void initTestCase() {
        add("bytes", engine::makeByteTokenizer());
        add("sentencepiece",
            engine::loadTokenizer(INKGATE_SOURCE_DIR "/resources/models/tales/tokenizer.model"));
        add("world", engine::makeRwkvWorld(samples::smallVocabulary()));
        // Tokens that reach over the end of a line into letters, an emoji's first byte and a space.
        add("world over line ends", engine::makeRwkvWorld(samples::smallVocabulary() +
                                                          "264 '\\nT' 2\n265 b'\\x0a\\xf0' 2\n"
                                                          "266 '\\n ' 2\n267 '.\\n\\n' 3\n268 'ry\\n' 3\n"));
        const QByteArray vocabulary = qgetenv("INKGATE_TEST_VOCABULARY");
        if (!vocabulary.isEmpty())
            add("world of the models", engine::loadTokenizer(vocabulary.toStdString()));
    }

    void changesGiveTheTokensOfTheWhole_data() { addRows(); }
    void changesGiveTheTokensOfTheWhole() {
        const CountingTokenizer& t = tokenizer();
        Random random(31);
        for (int text = 0; text < 6; ++text) {
            TokenMemory memory;
            QString story = randomText(random, 6000);
            for (int edit = 0; edit < 150; ++edit) {
                const auto below = [&random](qsizetype limit) {
                    return static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(limit)));
                };
                const qsizetype at = below(4) == 0 ? story.size() : below(story.size() + 1);
                const qsizetype removed =
                    below(3) == 0 ? below(std::min<qsizetype>(200, story.size() - at) + 1) : 0;
                story.replace(at, removed, below(5) == 0 ? QString() : randomText(random, below(40)));
                if (below(12) == 0) // the prompt that is made of it, and something quite different
                    story = below(2) == 0 ? story.sliced(story.size() / 5) : randomText(random, 5000);
                if (story.size() < 5000)
                    story += randomText(random, 2000);
                const auto ends = memory.ends(t, story);
                QVERIFY(ends);
                QCOMPARE(*ends, endsOfAll(t, story));
            }
        }
    }

    void shortTextsToo_data() { addRows(); }
    void shortTextsToo() {
        const CountingTokenizer& t = tokenizer();
        TokenMemory memory;
        QCOMPARE(*memory.ends(t, QString()), QList<qsizetype>());
        QCOMPARE(*memory.ends(t, QStringLiteral("a\n\nb")), endsOfAll(t, QStringLiteral("a\n\nb")));
    }

    void aChangeInANovelTokenisesItsLinesAlone_data() { addRows(); }
    void aChangeInANovelTokenisesItsLinesAlone() {
        const CountingTokenizer& t = tokenizer();
        TokenMemory memory;
        QString story = novel();
        const double begin = test::threadMs();
        QVERIFY(memory.ends(t, story));
        const double wholeMs = test::threadMs() - begin;
        (void)t.takeBytes();
        QList<double> keyMs;
        std::size_t most = 0;
        for (const qsizetype at : {story.size(), story.size() / 2, qsizetype{0}, story.size() - 900}) {
            for (int key = 0; key < 20; ++key) {
                story.insert(at + key, QChar(u'a' + key));
                const double before = test::threadMs();
                const auto ends = memory.ends(t, story);
                keyMs.append(test::threadMs() - before);
                // What is read of it at a limit lies between, and has a place of its own.
                QVERIFY(memory.ends(t, story.sliced(story.size() - 20'000)));
                most = std::max(most, t.takeBytes());
                QVERIFY(ends && ends->last() == story.size());
            }
        }
        QCOMPARE(*memory.ends(t, story), endsOfAll(t, story));
        std::sort(keyMs.begin(), keyMs.end());
        qInfo("%d words, %lld units: all %.1f ms, a key %.1f ms (longest %.1f), %zu bytes at most",
              kNovelWords, static_cast<long long>(story.size()), wholeMs, keyMs[keyMs.size() / 2],
              keyMs.last(), most);
        QVERIFY2(most < 45'000, qPrintable(QString::number(most))); // the first prompt; else two paragraphs
    }
};

QTEST_GUILESS_MAIN(TokenMemoryTest)
#include "token_memory_test.moc"
