// What of the panel is about where the model stops, what it never writes, how fast it is shown, what is kept.
#include "ui/sidebar/option_row.h"
#include "ui/sidebar/sampler_panel.h"
#include "ui/sidebar/section.h"
#include "ui/sidebar/stop_strings.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>

namespace ui {

namespace {

constexpr int kLines = 3; // in sight of a box
constexpr double kReadingSpeed = 250;
enum PaceIndex { Full, Reading, Own };

// toPlainText() would turn a no-break space into a plain one.
QString linesOf(const QPlainTextEdit& box) {
    return box.document()->toRawText().replace(QChar::ParagraphSeparator, u'\n');
}

void setLines(QPlainTextEdit& box, const QString& lines) {
    const QSignalBlocker quiet(&box);
    box.setPlainText(lines);
}

// What is said below a field while something in it has no meaning; it is left out until it has.
QLabel* problemLabel(const char* objectName) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(objectName));
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->hide();
    return label;
}

void showProblem(QLabel& label, const QString& notUnderstood) {
    label.setText(SamplerPanel::tr("Not understood, and left out: %1").arg(notUnderstood));
    label.setVisible(!notUnderstood.isEmpty());
}

} // namespace

QPlainTextEdit* SamplerPanel::addLines(QBoxLayout& layout, const QString& name, const QString& help,
                                       const QString& example) {
    auto* label = new QLabel(name);
    label->setWordWrap(true);
    auto* box = new QPlainTextEdit;
    box->setTabChangesFocus(true);
    box->setPlaceholderText(example);
    box->setAccessibleName(QString(name).remove(u'&'));
    box->setAccessibleDescription(help);
    box->setToolTip(help);
    box->setFixedHeight(box->fontMetrics().lineSpacing() * kLines + 14);
    label->setBuddy(box);
    layout.addWidget(label);
    layout.addWidget(box);
    return box;
}

void SamplerPanel::addXtcAndDry(QBoxLayout& choice, QBoxLayout& repetition) {
    addNumber(choice, tr("&XTC chance"),
              tr("How often the obvious words are left out, so that a less usual one comes (“exclude top "
                 "choices”). 0 is off; 0.5 is lively."),
              {0, 1, 0.05, 2, false}, &app::SamplerOptions::xtcProbability)
        ->setLeastText(tr("off"));
    addNumber(choice, tr("XTC thres&hold"),
              tr("How likely a word must be to count as obvious. The least likely of these always stays."),
              {0.01, 0.5, 0.01, 2, false}, &app::SamplerOptions::xtcThreshold);
    addNumber(repetition, tr("&DRY strength"),
              tr("Keeps the model from writing a row of words again that stands in the text already, and "
                 "leaves single words alone. 0 is off; 0.8 is usual."),
              {0, 5, 0.1, 2, false}, &app::SamplerOptions::dryMultiplier)
        ->setLeastText(tr("off"));
    addNumber(repetition, tr("DRY &growth"),
              tr("How much more a row costs for each token it is longer than allowed. 1.75 is usual."),
              {1, 4, 0.05, 2, false}, &app::SamplerOptions::dryBase);
    addCount(repetition, tr("DRY &allows"), tr("So long a row may be repeated without harm."),
             {1, 20, 1, 0, false}, &app::SamplerOptions::dryAllowedLength)
        ->setSuffix(tr(" tokens"));
    OptionRow* const range =
        addCount(repetition, tr("DRY loo&ks back"), tr("How far back repeated rows are looked for."),
                 {0, 100'000, 256, 0, false}, &app::SamplerOptions::dryRange);
    range->setLeastText(tr("all the text"));
    range->setSuffix(tr(" tokens"));
    range->box()->setObjectName(QStringLiteral("dryRange"));
}

void SamplerPanel::buildStops(QBoxLayout& layout) {
    auto* section = new Section(tr("Where to stop"));
    m_stopAt = new QComboBox;
    m_stopAt->setObjectName(QStringLiteral("stopAt"));
    m_stopAt->setAccessibleName(tr("Stop"));
    m_stopAt->addItems({tr("Stop at the length"), tr("Stop after a sentence"), tr("Stop after a paragraph")});
    m_stopAt->setToolTip(tr("After a sentence or a paragraph: the length above is the most it may be."));
    connect(m_stopAt, &QComboBox::activated, this, [this](int index) {
        app::GenerationOptions options = m_options;
        options.stopAt = static_cast<app::StopAt>(index);
        change(options);
    });
    m_endsWithSentence = new QCheckBox(tr("&Finish the sentence"));
    m_endsWithSentence->setObjectName(QStringLiteral("endsWithSentence"));
    m_endsWithSentence->setToolTip(
        tr("On: ends with a sentence near the length, a little before or behind. Off: ends exactly there, "
           "also in the middle of a word."));
    connect(m_endsWithSentence, &QCheckBox::toggled, this, [this](bool isOn) {
        app::GenerationOptions options = m_options;
        options.endsWithSentence = isOn;
        change(options);
    });
    m_mayEnd = new QCheckBox(tr("The model may &end the story"));
    m_mayEnd->setToolTip(tr("Off: the model writes on until the length is reached."));
    connect(m_mayEnd, &QCheckBox::toggled, this, [this](bool isOn) {
        app::GenerationOptions options = m_options;
        options.stopAtDocumentEnd = isOn;
        change(options);
    });
    section->body().addWidget(m_stopAt);
    section->body().addWidget(m_endsWithSentence);
    section->body().addWidget(m_mayEnd);
    m_stops = addLines(section->body(), tr("&Stop before these words, one per line"),
                       tr("The model stops before any of these. \\n stands for a new line."), tr("THE END"));
    m_stops->setObjectName(QStringLiteral("stops"));
    connect(m_stops, &QPlainTextEdit::textChanged, this, [this] {
        app::GenerationOptions options = m_options;
        options.stopStrings = stopStringsFrom(linesOf(*m_stops));
        change(options);
    });
    m_stopTokens = new QLineEdit;
    m_stopTokens->setObjectName(QStringLiteral("stopTokens"));
    m_stopTokens->setAccessibleName(tr("Stop before these token numbers"));
    m_stopTokens->setToolTip(
        tr("Numbers of the model's vocabulary, with commas between; another model has other "
           "numbers. The list of likely words tells them."));
    m_stopTokens->setPlaceholderText(tr("261, 0"));
    auto* label = new QLabel(tr("Stop &before these token numbers"));
    label->setWordWrap(true);
    label->setBuddy(m_stopTokens);
    m_stopTokensProblem = problemLabel("stopTokensProblem");
    connect(m_stopTokens, &QLineEdit::textEdited, this, [this](const QString& text) {
        const TypedList<int> typed = tokenIdsFrom(text);
        showProblem(*m_stopTokensProblem, typed.notUnderstood);
        app::GenerationOptions options = m_options;
        options.stopTokens = typed.values;
        change(options);
    });
    section->body().addWidget(label);
    section->body().addWidget(m_stopTokens);
    section->body().addWidget(m_stopTokensProblem);
    layout.addWidget(section);

    auto* words = new Section(tr("Words to avoid or to favour"));
    m_banned = addLines(words->body(), tr("Never write &these, one per line"),
                        tr("Capital or small letters and spaces do not matter. The model goes back to where "
                           "the phrase began and finds other words."),
                        tr("a shiver down"));
    m_banned->setObjectName(QStringLiteral("banned"));
    connect(m_banned, &QPlainTextEdit::textChanged, this, [this] {
        app::GenerationOptions options = m_options;
        options.bannedPhrases = linesOf(*m_banned).split(u'\n', Qt::SkipEmptyParts);
        change(options);
    });
    m_biases = addLines(words->body(), tr("Favour or a&void: word = number, one per line"),
                        tr("Above 0 the word comes more often, below 0 less often; 3 is much, -inf is never. "
                           "It comes last, after all other settings."),
                        tr("sea = 2"));
    m_biases->setObjectName(QStringLiteral("biases"));
    m_biasesProblem = problemLabel("biasesProblem");
    words->body().addWidget(m_biasesProblem);
    connect(m_biases, &QPlainTextEdit::textChanged, this, [this] {
        app::GenerationOptions options = m_options;
        const TypedList<app::WordBias> typed = biasesFrom(linesOf(*m_biases));
        showProblem(*m_biasesProblem, typed.notUnderstood);
        options.biases = typed.values;
        change(options);
    });
    layout.addWidget(words);
}

void SamplerPanel::buildPace(QBoxLayout& layout) {
    auto* section = new Section(tr("Pace"));
    m_pace = new QComboBox;
    m_pace->setObjectName(QStringLiteral("pace"));
    m_pace->setAccessibleName(tr("Pace"));
    m_pace->addItems({tr("As fast as it goes"), tr("Reading speed"), tr("Own speed")});
    m_pace->setToolTip(tr("How fast the words appear. The model waits for you; Esc stops it at any word."));
    m_wordsPerMinute = new OptionRow(tr("&Words a minute"), tr("Reading is about 250, speaking 150."),
                                     {20, 2000, 10, 0, false});
    m_wordsPerMinute->box()->setObjectName(QStringLiteral("wordsPerMinute"));
    const auto setPace = [this](double words) {
        app::GenerationOptions options = m_options;
        options.wordsPerMinute = words;
        change(options);
    };
    connect(m_pace, &QComboBox::activated, this, [setPace](int index) {
        setPace(index == Full ? 0 : index == Reading ? kReadingSpeed : 150);
    });
    connect(m_wordsPerMinute, &OptionRow::edited, this, setPace);
    section->body().addWidget(m_pace);
    section->body().addWidget(m_wordsPerMinute);
    layout.addWidget(section);
}

void SamplerPanel::buildKept(QBoxLayout& layout) {
    auto* section = new Section(tr("What is kept"));
    const auto add = [&](const char* objectName, const QString& name, const QString& help,
                         bool app::GenerationOptions::*field) {
        auto* box = new QCheckBox(name);
        box->setObjectName(QLatin1String(objectName));
        box->setToolTip(help);
        m_kept.insert(box, field);
        connect(box, &QCheckBox::toggled, this, [this, field](bool isOn) {
            app::GenerationOptions options = m_options;
            options.*field = isOn;
            change(options);
        });
        section->body().addWidget(box);
    };
    add("recordChoices", tr("The li&kely words at each place"),
        tr("The ten likeliest, to be seen under the mouse and chosen from. Off: they are not collected."),
        &app::GenerationOptions::recordChoices);
    add("recordGates", tr("The &gates of each layer"),
        tr("What the heatmap shows. Off: they are not collected."), &app::GenerationOptions::recordGates);
    add("recordChannels", tr("And of each c&hannel"),
        tr("What the heatmap shows of one layer. Takes the most room in the story's file."),
        &app::GenerationOptions::recordChannels);
    layout.addWidget(section);
}

void SamplerPanel::showStops() {
    for (auto box = m_kept.cbegin(); box != m_kept.cend(); ++box) {
        const QSignalBlocker quiet(box.key());
        box.key()->setChecked(m_options.*box.value());
        // Channels are kept with the gates.
        box.key()->setEnabled(box.value() != &app::GenerationOptions::recordChannels ||
                              m_options.recordGates);
    }
    const QSignalBlocker quietEnd(m_mayEnd);
    m_mayEnd->setChecked(m_options.stopAtDocumentEnd);
    const QSignalBlocker quietSentence(m_endsWithSentence);
    m_endsWithSentence->setChecked(m_options.endsWithSentence);
    m_stopAt->setCurrentIndex(static_cast<int>(m_options.stopAt));
    if (stopStringsFrom(linesOf(*m_stops)) != m_options.stopStrings) {
        setLines(*m_stops, textOfStopStrings(m_options.stopStrings));
    }
    if (linesOf(*m_banned).split(u'\n', Qt::SkipEmptyParts) != m_options.bannedPhrases) {
        setLines(*m_banned, m_options.bannedPhrases.join(u'\n'));
    }
    if (biasesFrom(linesOf(*m_biases)).values != m_options.biases) {
        setLines(*m_biases, textOfBiases(m_options.biases));
        m_biasesProblem->hide();
    }
    if (tokenIdsFrom(m_stopTokens->text()).values != m_options.stopTokens) {
        m_stopTokens->setText(textOfTokenIds(m_options.stopTokens));
        m_stopTokensProblem->hide();
    }
    const double words = m_options.wordsPerMinute;
    m_pace->setCurrentIndex(words <= 0 ? Full : words == kReadingSpeed ? Reading : Own);
    m_wordsPerMinute->setVisible(m_pace->currentIndex() == Own);
    if (words > 0) {
        m_wordsPerMinute->setValue(words);
    }
}

} // namespace ui
