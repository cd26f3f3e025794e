#include "app/structure/heading_words.h"

#include <QHash>
#include <QRegularExpression>
#include <QString>
#include <QStringList>

#include <array>

namespace app {

namespace {

constexpr qsizetype kLongestLine = 120;

// Words are parted by spaces, and may be regular expressions: "quart[oa]". Only the first letter of `chapter`
// and `part` is a capital; lines may have all capitals as well.
struct HeadingLanguage {
    const char* chapter;
    const char* part;
    const char* numbers;  // one, two: behind the word
    const char* ordinals; // first, second: before the word or behind it; then "1." may stand there, too
};

constexpr std::array kLanguages{
    HeadingLanguage{
        "Chapter", "Part",
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen "
        "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
        "(?:[-\\x20](?:one|two|three|four|five|six|seven|eight|nine))?",
        ""},
    HeadingLanguage{
        // German
        "Kapitel", "Teil",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
        "siebzehn achtzehn neunzehn zwanzig",
        "(?:erst|zweit|dritt|viert|fünft|sechst|siebt|siebent|acht|neunt|zehnt|elft|zwölft|dreizehnt|"
        "vierzehnt|fünfzehnt|sechzehnt|siebzehnt|achtzehnt|neunzehnt|zwanzigst)(?:er|es)"},
    HeadingLanguage{
        // French
        "Chapitre", "Partie",
        "une? deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
        "dix-sept dix-huit dix-neuf vingt",
        "premier première seconde? deuxième troisième quatrième cinquième sixième septième huitième neuvième "
        "dixième onzième douzième treizième quatorzième quinzième seizième dix-septième dix-huitième "
        "dix-neuvième vingtième"},
    HeadingLanguage{
        // Spanish
        "Capítulo Capitulo", "Parte",
        "un[oa] dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve veinte",
        "primer[oa]? segund[oa] tercer[oa]? cuart[oa] quint[oa] sext[oa] séptim[oa] octav[oa] noven[oa] "
        "décim[oa] undécim[oa] duodécim[oa] decimotercer[oa]? decimocuart[oa] decimoquint[oa] "
        "decimosext[oa] decimoséptim[oa] decimoctav[oa] decimonoven[oa] vigésim[oa]"},
    HeadingLanguage{
        // Italian
        "Capitolo", "Parte",
        "un[oa] due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
        "sedici diciassette diciotto diciannove venti",
        "prim[oa] second[oa] terz[oa] quart[oa] quint[oa] sest[oa] settim[oa] ottav[oa] non[oa] decim[oa] "
        "undicesim[oa] dodicesim[oa] tredicesim[oa] quattordicesim[oa] quindicesim[oa] sedicesim[oa] "
        "diciassettesim[oa] diciottesim[oa] diciannovesim[oa] ventesim[oa]"},
    HeadingLanguage{
        // Portuguese
        "Capítulo Capitulo", "Parte",
        "uma? dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quatorze quinze "
        "dezasseis dezesseis dezassete dezessete dezoito dezanove dezenove vinte",
        "(?:décim[oa][-\\x20])?(?:primeir[oa]|segund[oa]|terceir[oa]|quart[oa]|quint[oa]|sext[oa]|sétim[oa]|"
        "oitav[oa]|non[oa]) décim[oa] vigésim[oa]"},
    HeadingLanguage{
        // Dutch
        "Hoofdstuk", "Deel",
        "een één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
        "zeventien achttien negentien twintig",
        "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende "
        "veertiende vijftiende zestiende zeventiende achttiende negentiende twintigste"},
    HeadingLanguage{
        // Polish
        "Rozdział", "Część",
        "jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście "
        "czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście dwadzieścia",
        "pierwsz[ya] drug[ia] trzecia? czwart[ya] piąt[ya] szóst[ya] siódm[ya] ósm[ya] dziewiąt[ya] "
        "dziesiąt[ya] jedenast[ya] dwunast[ya] trzynast[ya] czternast[ya] piętnast[ya] szesnast[ya] "
        "siedemnast[ya] osiemnast[ya] dziewiętnast[ya] dwudziest[ya]"},
    HeadingLanguage{
        // Russian
        "Глава", "Часть",
        "один одна два две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать "
        "тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать",
        "первая вторая третья четв[её]ртая пятая шестая седьмая восьмая девятая десятая одиннадцатая "
        "двенадцатая тринадцатая четырнадцатая пятнадцатая шестнадцатая семнадцатая восемнадцатая "
        "девятнадцатая двадцатая"},
};

QStringList wordsOf(const char* list) { return QString::fromUtf8(list).split(u' ', Qt::SkipEmptyParts); }

// "Teil|TEIL"
QString titled(const QStringList& words) {
    QStringList forms;
    for (const QString& word : words)
        forms += {word, word.toUpper()};
    return forms.join(u'|');
}

// All languages in one. Group 1 is the word for a chapter or a part.
QRegularExpression makePattern() {
    QStringList forms;
    for (const HeadingLanguage& language : kLanguages) {
        const QStringList nouns = wordsOf(language.chapter) + wordsOf(language.part);
        const QStringList ordinals = wordsOf(language.ordinals);
        forms += QStringLiteral("(%1)[ \\t]+(?:\\d{1,4}|[IVXLC]{1,8}|(?i:%2))")
                     .arg(titled(nouns), (wordsOf(language.numbers) + ordinals).join(u'|'));
        if (!ordinals.isEmpty())
            forms += QStringLiteral("(?:(?=\\p{Lu})(?i:%1)|\\d{1,4}\\.)[ \\t]+((?i:%2))")
                         .arg(ordinals.join(u'|'), nouns.join(u'|'));
    }
    return QRegularExpression(
        QStringLiteral("^\\*{0,3}(?|%1)\\*{0,3}"
                       // Nothing more, or a title that does not end as a sentence of prose does.
                       "(?:[.:]?[ \\t]*|(?:[.:][ \\t]+|[ \\t]+[-–—][ \\t]+)\\S(?:.*[^\\s.,;])?[ \\t]*)$")
            .arg(forms.join(u'|')));
}

// The words for chapters and parts, in small letters.
QHash<QString, Division> makeNouns() {
    QHash<QString, Division> nouns;
    for (const HeadingLanguage& language : kLanguages) {
        for (const QString& word : wordsOf(language.chapter))
            nouns.insert(word.toLower(), Division::Chapter);
        for (const QString& word : wordsOf(language.part))
            nouns.insert(word.toLower(), Division::Part);
    }
    return nouns;
}

bool canBegin(QChar first) { return first.isUpper() || first.isDigit() || first == u'*'; }

// Most lines of a story are told from headings by this.
bool hasNounAmongFirstWords(QStringView line, const QHash<QString, Division>& nouns) {
    constexpr int kWords = 3; // "Décimo primeiro capítulo"
    qsizetype at = 0;
    for (int word = 0; word < kWords && at < line.size(); ++word) {
        while (at < line.size() && !line[at].isLetter())
            ++at;
        const qsizetype start = at;
        while (at < line.size() && line[at].isLetter())
            ++at;
        if (nouns.contains(line.sliced(start, at - start).toString().toLower()))
            return true;
    }
    return false;
}

} // namespace

Division divisionIn(QStringView line) {
    static const QHash<QString, Division> nouns = makeNouns();
    static const QRegularExpression pattern = makePattern();
    if (line.isEmpty() || line.size() > kLongestLine || !canBegin(line.front()))
        return Division::None;
    // Letters with their accents in one, as the table has them.
    const QString composed = line.toString().normalized(QString::NormalizationForm_C);
    if (!hasNounAmongFirstWords(composed, nouns))
        return Division::None;
    const QRegularExpressionMatch match = pattern.match(composed);
    return match.hasMatch() ? nouns.value(match.captured(1).toLower()) : Division::None;
}

} // namespace app
