// backend_failure.h: what an operation throws when its device refuses: out of memory, lost, gone. Operations
// return nothing, as in all but these rare cases there is nothing to say; Session turns it into an Error.
#pragma once

#include "engine/core/error.h"

#include <stdexcept>
#include <utility>

namespace engine {

class BackendFailure : public std::runtime_error {
public:
    explicit BackendFailure(Error error)
        : std::runtime_error(error.message)
        , m_error(std::move(error)) {}
    [[nodiscard]] const Error& error() const { return m_error; }

private:
    Error m_error;
};

} // namespace engine
