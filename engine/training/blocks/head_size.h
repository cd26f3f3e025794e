// head_size.h: calls a body with the head size as a constant, so that a head's rows fit registers.
#pragma once

#include <type_traits>

namespace engine {

[[nodiscard]] constexpr bool isHeadSizeSupported(int size) {
    return size == 16 || size == 32 || size == 64 || size == 128;
}

// body(std::integral_constant<int, N>()); nothing if the size is not supported.
template <class Body> void withHeadSize(int size, Body&& body) {
    switch (size) {
    case 16: return body(std::integral_constant<int, 16>());
    case 32: return body(std::integral_constant<int, 32>());
    case 64: return body(std::integral_constant<int, 64>());
    case 128: return body(std::integral_constant<int, 128>());
    default: return;
    }
}

} // namespace engine
