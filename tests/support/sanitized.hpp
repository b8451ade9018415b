// Is this built with a sanitizer that needs descriptors of its own?
#pragma once

// UBSan looks at what a pointer points to through a pipe, and takes it for a fault when there is
// none to be had.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define MQRIG_SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define MQRIG_SANITIZED
#endif
