// loss_plot.h: the losses of a fit as they fall: of the text that is learned from, and of the tenth that was
// held out, where the base's is a dashed line.
// Threads: GUI thread only.
#pragma once

#include "app/voice/voice_messages.h"
#include "ui/theme/colours.h"

#include <qcustomplot.h>

namespace ui {

class LossPlot : public QCustomPlot {
    Q_OBJECT

public:
    explicit LossPlot(QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    void showProgress(const app::VoiceProgress& progress);

private:
    QCPGraph* m_learned;
    QCPGraph* m_heldOut;
    QCPGraph* m_base;
};

} // namespace ui
