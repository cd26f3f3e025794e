// generation_handle.h: names one request. Copyable; harmless to keep or cancel after the request has ended.
// Threads: any.
#pragma once

#include "app/generation/generation_messages.h"

#include <stop_token>

namespace app {

class GenerationHandle {
public:
    GenerationHandle() = default; // of no request
    explicit GenerationHandle(RequestId id)
        : m_id(id) {}

    [[nodiscard]] RequestId id() const { return m_id; }
    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }
    void cancel() {
        m_stop.request_stop();
    } // returns at once; finished(id, Cancelled) follows if it had not ended

private:
    RequestId m_id = 0;
    std::stop_source m_stop;
};

} // namespace app
