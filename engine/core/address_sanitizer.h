// address_sanitizer.h: INKGATE_ADDRESS_SANITIZER is 1 in a build under AddressSanitizer and 0 in others.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define INKGATE_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define INKGATE_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef INKGATE_ADDRESS_SANITIZER
#define INKGATE_ADDRESS_SANITIZER 0
#endif
