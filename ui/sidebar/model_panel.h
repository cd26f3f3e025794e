// model_panel.h: which model writes, and which gate it uses; adding a model's file to the list and taking it
// off.
// Threads: GUI thread only.
#pragma once

#include "app/generation/generation_options.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;

namespace app {
class AssistantService;
class ModelCatalog;
class StoryWriter;
} // namespace app

namespace ui {

class ModelPanel : public QWidget {
    Q_OBJECT

public:
    ModelPanel(app::ModelCatalog& models, app::StoryWriter& writer, app::AssistantService& assistant,
               QWidget* parent = nullptr);

    // Chooses the first gate of the model in use; false if it has none.
    bool useGate();
    // The gate that comparing should use: the chosen one, else the model's first; empty if it has none.
    [[nodiscard]] QString gateForComparing() const;
    // Takes a model off the list; the one that comes with Inkgate takes its place if it was the one in use.
    void drop(const QString& model);

signals:
    void getRequested(); // to look at models that can be downloaded
    void addRequested();
    void voiceRequested();                           // to fit a gate to the writer's text
    void choiceMade(const app::ModelChoice& choice); // by the writer
    void modelRemoved(const QString& name);          // from the list; its file is where it was

private:
    void build();
    void fill();
    void fillGates();
    void choose();
    void chooseModel(const QString& model);
    void removeModel();
    void tell();

    app::ModelCatalog& m_models;
    app::StoryWriter& m_writer;
    app::AssistantService& m_assistant;
    QComboBox* m_model;
    QComboBox* m_gate;
    QLabel* m_about;
    QPushButton* m_remove;
};

} // namespace ui
