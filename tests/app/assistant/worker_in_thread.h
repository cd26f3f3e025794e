// worker_in_thread.h: the worker with the real engine and small byte-level models, in its own thread as in
// the program, and what it sends.
#pragma once

#include "app/assistant/assistant_service.h"
#include "app/engine_thread/engine_worker.h"
#include "tests/app/support/small_models.h"

#include <QObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <cstring>
#include <map>
#include <memory>
#include <utility>

namespace app {

inline constexpr int kPatienceMs = 240'000; // on a machine that does much else

// What a side has sent by now.
struct Received {
    PromptRead prompt;
    QString text;
    QList<RunToken> tokens;
    GateFrames gates;
    QList<QByteArray> looks;
};

class WorkerInThread : public QObject {
protected:
    void start() {
        QVERIFY(writeSmallModels(m_folder.path()));
        m_worker = new EngineWorker;
        m_worker->moveToThread(&m_thread);
        connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
        m_thread.start();
        m_service = std::make_unique<AssistantService>(*m_worker);
        connect(m_service.get(), &AssistantService::promptRead, this,
                [this](const PromptRead& prompt) { received(prompt.id, prompt.side).prompt = prompt; });
        connect(m_service.get(), &AssistantService::tokensGenerated, this, [this](const TokenBatch& batch) {
            Received& side = received(batch.id, batch.side);
            side.text += batch.text;
            side.tokens += batch.tokens;
            side.looks += batch.looks;
            QVERIFY(side.gates.append(batch.gates));
        });
    }

    void stop() {
        m_thread.quit();
        m_thread.wait();
    }

    static GenerationRequest request(const ModelChoice& model, int tokens) {
        GenerationRequest request;
        request.model = model;
        request.options.maxTokens = tokens;
        request.options.endsWithSentence = false; // so many it is
        request.options.stopAtDocumentEnd = false;
        request.options.sampler.seed = 7;
        request.options.sampler.topP = 1;
        request.source.story = QStringLiteral("Once upon a time \U0001F600 ");
        return request;
    }

    std::pair<RequestId, Outcome> run(const GenerationRequest& request) {
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const RequestId id = m_service->generate(request).id();
        if (!finished.wait(kPatienceMs))
            return {id, Outcome{OutcomeKind::Failed, {}, {}, QStringLiteral("no end"), {}}};
        return {id, finished[0][1].value<Outcome>()};
    }

    // Whether what was kept last is of this request: its model's, and all of its prompt. A request before it
    // may still have had something to keep.
    bool areOf(const QSignalSpy& kept, RequestId id) {
        const auto states = kept.isEmpty() ? QList<KeptState>() : kept.last()[0].value<QList<KeptState>>();
        const PromptRead& prompt = received(id, Side::First).prompt;
        if (states.isEmpty() || states.first().model != prompt.model.fingerprint)
            return false;
        quint64 tokens = 0; // the third number of the prefix's name
        std::memcpy(&tokens, states.first().prefix.constData() + 2 * sizeof tokens, sizeof tokens);
        return tokens + 1 >= static_cast<quint64>(prompt.promptTokens);
    }

    Received& received(RequestId id, Side side) { return m_received[{id, side}]; }

    QTemporaryDir m_folder;
    QThread m_thread;
    EngineWorker* m_worker = nullptr; // lives and dies with the thread
    std::unique_ptr<AssistantService> m_service;
    std::map<std::pair<RequestId, Side>, Received> m_received;
};

} // namespace app
